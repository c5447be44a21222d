import type { ErasureEngine } from '../engine/fleet/erasures.ts';
import type { CommandResult } from '../link/sync/receipt.ts';
import type { Clock } from '../model/clock.ts';
import { optional } from '../model/optional.ts';
import type { CommandRequest } from './server-sync.ts';

/** A gateway that has not answered is told again after so many milliseconds. */
const AGAIN_AFTER = 20_000;
/** Orders that are remembered, for what may have gone wrong with them. */
const MOST_ORDERS = 1000;

interface Parts {
  engine: ErasureEngine;
  /** Resolves with the id of the command. */
  command: (request: CommandRequest) => Promise<string>;
  /** Names the present connection of a gateway. */
  sessionOf: (gateway: string) => string | undefined;
  clock: Pick<Clock, 'monotonic'>;
}

/** Tells gateways to erase people until each of them has sent its receipt (N15). */
export class Erasures {
  readonly #parts: Parts;
  /** When each was told what, and in which connection, by gateway and person. */
  readonly #told = new Map<string, { at: number; session: string | undefined }>();
  /** Whom a command is about. */
  readonly #orders = new Map<string, string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async serve(gateway: string): Promise<void> {
    const { engine, command, clock, sessionOf } = this.#parts;
    for (const { person, what, author } of await engine.waitingErasures({ gateway })) {
      const key = `${gateway} ${person}`;
      const at = clock.monotonic();
      const session = sessionOf(gateway);
      const told = this.#told.get(key);
      // What was told in another connection counts for nothing.
      if (told?.session === session && at - (told?.at ?? -Infinity) < AGAIN_AFTER) continue;
      remember(this.#told, key, { at, session });
      const id = await command({ gateway, order: { kind: 'erase', person, what }, author });
      remember(this.#orders, id, person);
    }
  }

  /** Takes what became of a command, if it was an erasure. */
  async take(gateway: string, { id, reason, erased }: CommandResult): Promise<void> {
    const person = erased?.person ?? this.#orders.get(id);
    this.#orders.delete(id);
    if (person === undefined) return;
    const answer = { ...optional('erased', erased), ...optional('failed', reason) };
    await this.#parts.engine.takeErasure({ gateway, person, ...answer });
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_ORDERS && oldest !== undefined) map.delete(oldest);
}
