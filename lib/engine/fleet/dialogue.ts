import type { Move } from '../../link/sync/move.ts';
import type { Comparison } from './comparison.ts';

/** What was sent and is not answered counts as lost after so many milliseconds. */
export const FLIGHT_LIFE = 15_000;

/** What is going on between the server and one gateway. Nothing of it is needed after a restart. */
export interface Dialogue {
  /** Who it is: its site, and the key of its engine. */
  site: string;
  exchange: string;
  /** Batches without a receipt, with the time of their sending. */
  flights: { number: number; at: number }[];
  comparison?: Comparison;
  /** Monotonic time at which the next comparison is due. */
  compareAt: number;
  /** When the last question was asked; it is repeated if nobody answers. */
  askedAt?: number;
  /** Nothing is sent before this monotonic time, since the gateway refuses everything. */
  pausedUntil: number;
  isComplaining: boolean;
  /** The way to another master that the gateway is on, and whether everything has been compared for it. */
  move?: Move;
  isCompared: boolean;
}

export function newDialogue(now: number): Dialogue {
  return {
    site: '',
    exchange: '',
    flights: [],
    compareAt: now,
    pausedUntil: 0,
    isComplaining: false,
    isCompared: false,
  };
}

/** Begins anew, with another way to another master or without one. */
export function beginAnew(dialogue: Dialogue, now: number, move: Move | undefined): void {
  const { site, exchange } = dialogue;
  delete dialogue.comparison;
  delete dialogue.askedAt;
  delete dialogue.move;
  Object.assign(dialogue, { ...newDialogue(now), site, exchange }, move && { move });
}

/** Whether an answer is waited for; a question that nobody answers is asked again. */
export function isAsking({ askedAt }: Dialogue, now: number): boolean {
  return askedAt !== undefined && now - askedAt < FLIGHT_LIFE;
}
