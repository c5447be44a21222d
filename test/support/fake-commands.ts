import type {
  CommandClaim,
  CommandRequest,
  CommandResult,
  Engine,
} from '../../lib/engine/engine.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import type { Access } from '../../lib/model/message.ts';
import type { EventEntry, RecordRef } from '../../lib/model/record.ts';

/** The part of an engine that a relay talks to: remembers what it was asked, in order. */
export class FakeCommands {
  readonly claims: CommandRequest[] = [];
  readonly results: CommandResult[] = [];
  readonly events: EventEntry[] = [];
  /** Each call by name. */
  readonly log: string[] = [];
  /** Makes the calls of this name reject. */
  readonly failures: Partial<Record<'claimCommand' | 'recordCommand' | 'recordEvent', Error>> = {};

  get engine(): Partial<Engine> {
    return {
      claimCommand: (request) => this.#answer('claimCommand', () => this.#claim(request)),
      recordCommand: (result) =>
        this.#answer('recordCommand', () => {
          this.results.push(result);
          return REF;
        }),
      recordEvent: (event) =>
        this.#answer('recordEvent', () => {
          this.events.push(event);
          return REF;
        }),
    };
  }

  #claim(request: CommandRequest): CommandClaim {
    this.claims.push(request);
    const at = Date.now();
    return { command: { id: uuidv7(at), state: 'sent', at, ...request }, life: 5000 };
  }

  async #answer<T>(name: keyof FakeCommands['failures'], answer: () => T): Promise<T> {
    this.log.push(name);
    await Promise.resolve();
    const failure = this.failures[name];
    if (failure !== undefined) throw failure;
    return answer();
  }
}

const REF: RecordRef = { stream: 'command', seq: 1, id: 'record-1' };

/** What a permission check hands to a relay. */
export function decided(outcome: Decision['outcome']): Access {
  const at = Date.now();
  const id = uuidv7(at);
  return {
    attempt: { id: 'attempt-1', at, credentials: [] },
    decision: {
      id,
      attempt: 'attempt-1',
      outcome,
      reasons: [],
      by: 'local',
      at,
      validUntil: at + 5000,
    },
  };
}
