import type { Engine } from '../engine/engine.ts';
import type { ErasureReceipt } from '../engine/faces/interface.ts';
import type { BatchLetter } from '../link/sync/batch.ts';
import type { RemoteCommand } from '../link/ends/command.ts';
import { judgeCommand, type Arrival } from '../link/ends/fence.ts';
import type { GatewayEnd } from '../link/ends/gateway-end.ts';
import type { CommandResult, ErasedLetter, PhotoLetter } from '../link/sync/receipt.ts';
import type { PassageEvent } from '../devices/passage/model.ts';
import { optional } from '../model/optional.ts';
import { systemClock, type Clock } from '../model/clock.ts';
import type { Decision } from '../model/decision.ts';
import { AccessError, toAccessError } from '../model/errors.ts';

/** Milliseconds between two reports, and for which several reasons for one are taken together. */
const REPORT_EVERY = 30_000;
const SETTLE = 500;
/** Letters that may wait while one is being taken over; the server sends the others again. */
const MOST_WAITING = 4;

export interface GatewaySyncParts {
  end: GatewayEnd;
  engine: Engine;
  /** Tells doors of a group what an operator at the server wants. Throws NOT_FOUND. */
  tellDoors: (group: string, event: PassageEvent) => void;
  /** Version of the program. */
  program: string;
  clock?: Pick<Clock, 'monotonic'>;
  /** A grant of the server, for a relay. */
  onOpening: (decision: Decision, command: RemoteCommand) => void;
  /** What became of a command, or why a message was not obeyed. */
  onCommand: (result: CommandResult) => void;
  onError: (error: unknown) => void;
}

/** The gateway's side of the synchronisation: reports, takes over batches and obeys commands. */
export class GatewaySync {
  readonly #parts: GatewaySyncParts;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #stops: (() => void)[];
  readonly #timer: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;
  #waiting = 0;
  #line: Promise<void> = Promise.resolve();
  #photos: Promise<void> = Promise.resolve();

  constructor(parts: GatewaySyncParts) {
    const { end, engine } = parts;
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
    this.#stops = [
      end.on('up', () => {
        this.report();
        this.#tellPhotos();
      }),
      end.on('batches', ({ content }) => {
        this.#enqueue(content);
      }),
      end.on('commands', (arrival) => {
        this.#work(this.#obey(arrival));
      }),
      engine.on('policy', () => {
        this.#reportSoon();
        this.#tellPhotos();
      }),
      engine.on('captured', (captured) => {
        this.#work(end.send('receipts', captured));
      }),
    ];
    this.#timer = setInterval(() => {
      this.report();
    }, REPORT_EVERY);
    this.report();
  }

  /** Says how this gateway is doing; nothing while there is no connection. */
  report(): void {
    const { end, engine, program } = this.#parts;
    if (!end.connected) return;
    this.#work(engine.syncReport({ program }).then((content) => end.send('report', content)));
  }

  close(): void {
    for (const stop of this.#stops) stop();
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
  }

  #reportSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.report();
    }, SETTLE);
  }

  /** One after the other, in the order of arrival. */
  #enqueue(content: unknown): void {
    if (this.#waiting >= MOST_WAITING) return;
    this.#waiting += 1;
    this.#line = this.#line
      .then(() => this.#take(content))
      .catch(this.#failed)
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async #take(content: unknown): Promise<void> {
    const { end, engine } = this.#parts;
    const { address } = end;
    // The engine checks the form.
    const receipt = await engine.takeLetter({ address, letter: content as BatchLetter });
    await end.send('receipts', receipt);
  }

  async #obey(arrival: Arrival): Promise<void> {
    const arrived = this.#clock.monotonic();
    const { end } = this.#parts;
    // Whether it was used before is asked of the engine, which remembers it durably.
    const verdict = judgeCommand(arrival, {
      ...end.address,
      keys: end.serverKeys,
      beats: end.beats,
      isUsed: () => false,
    });
    if ('refusal' in verdict) {
      if (verdict.id !== undefined)
        await this.#tell(verdict.id, 'refused', { reason: verdict.refusal });
      return;
    }
    const { command, left } = verdict;
    let erased: CommandResult['erased'];
    try {
      erased = await this.#carryOut(command, arrived + left);
    } catch (error) {
      const { code, message } = toAccessError(error);
      const result = code === 'COMMAND_USED' ? 'refused' : 'failed';
      await this.#tell(command.id, result, { reason: `${code}: ${message}` });
      return;
    }
    await this.#tell(command.id, 'done', optional('erased', erased));
  }

  /** Resolves with the receipt of an erasure. */
  async #carryOut(command: RemoteCommand, until: number): Promise<CommandResult['erased']> {
    const { engine, tellDoors, onOpening } = this.#parts;
    const { order, author } = command;
    const { decision, erased } = await engine.startCommand({ command });
    if (erased !== undefined) {
      return erasedFrom(erased);
    }
    if (this.#clock.monotonic() >= until) {
      throw new AccessError('COMMAND_EXPIRED', 'it took too long to note the command');
    }
    if (decision !== undefined) onOpening(decision, command);
    if (order.kind === 'mode') {
      const origin = { author, ...optional('direction', order.direction) };
      tellDoors(order.group, { type: 'mode', command: order.mode, origin });
    }
    return undefined;
  }

  async #tell(
    id: string,
    result: CommandResult['result'],
    { reason, erased }: Pick<CommandResult, 'reason' | 'erased'> = {},
  ): Promise<void> {
    const content: CommandResult = {
      ...{ kind: 'command', id, result },
      ...optional('reason', reason?.slice(0, 256)),
      ...optional('erased', erased),
    };
    this.#parts.onCommand(content);
    await this.#parts.end.send('receipts', content);
  }

  /** What became of photos, until the server has been told. */
  #tellPhotos(): void {
    const { end, engine } = this.#parts;
    if (!end.connected) return;
    this.#photos = this.#photos.then(async () => {
      const results = await engine.photoResults({});
      if (results.length === 0) return;
      await end.send('receipts', { kind: 'photos', results } satisfies PhotoLetter);
      await engine.photosTold({ credentials: results.map(({ credential }) => credential) });
    });
    this.#photos = this.#photos.catch(this.#failed);
  }

  #work(work: Promise<unknown>): void {
    work.catch(this.#failed);
  }

  /** What is lost with the connection is sent again. */
  readonly #failed = (error: unknown): void => {
    const { code } = toAccessError(error);
    if (code !== 'LINK_DOWN' && code !== 'ENGINE_UNAVAILABLE') this.#parts.onError(error);
  };
}

function erasedFrom(receipt: ErasureReceipt): ErasedLetter {
  const { person, what, at, credentials, left, pictures, record } = receipt;
  return {
    ...{ person, what, at, left, pictures },
    credentials: credentials.length,
    event: record.seq,
  };
}
