import { STREAMS, type Stream } from '../../model/record.ts';
import { settled, unsent, type Heads } from './heads.ts';
import type { LogDraft } from './log-draft.ts';
import type { StoreLimits } from './store.ts';

/** Shares of the quota, in percent, at which an alarm is raised (D9). */
const LEVELS = [95, 85, 70] as const;
/** A level is left only this far below it, so that a store at the border does not alarm all the time. */
const HYSTERESIS = 5;
/** Rows deleted in one transaction at most: a commit must not wait long for house-keeping. */
const MAX_DROP = 2000;
/** Overwriting is announced at once and then at most this often, in milliseconds. */
const ANNOUNCE_EVERY = 60_000;
/** About what such an announcement takes itself, in bytes. */
const EVENT_BYTES = 400;

/** Until the limits of the site are known: those of another one could drop what it still has to keep. */
export const UNLIMITED: StoreLimits = {
  ring: Infinity,
  quotaRecords: Infinity,
  quotaBytes: Infinity,
};

/** Unsent records that were overwritten and not announced yet. */
type Overwritten = Partial<Record<Stream, { from: number; to: number }>>;

/** What the limits have to remember from commit to commit. */
export interface LimitState {
  /** The highest level reached, 0 below 70 %. */
  level: number;
  pending: Overwritten;
  /** Monotonic time from which the next announcement may be written. */
  announceFrom: number;
}

/** The state for a database that has just been opened; what it holds already is no news. */
export function initialLimitState(heads: Readonly<Heads>, limits: StoreLimits): LimitState {
  return { level: reached(quotaShare(heads, limits)), pending: {}, announceFrom: 0 };
}

/** Share of the quota that unsent records use, 0 to 1 and above. */
export function quotaShare(heads: Readonly<Heads>, limits: StoreLimits): number {
  const { records, bytes } = totals(heads);
  return Math.max(records / limits.quotaRecords, bytes / limits.quotaBytes);
}

/**
 * Keeps the log within its limits, as the last step of a transaction: drops sent rows beyond the ring
 * overwrites the oldest unsent rows beyond the quota, and says so (D9). What is left to do
 * after `MAX_DROP` rows waits for the next transaction, see `limitsPending`.
 */
export function enforceLimits(
  draft: LogDraft,
  limits: StoreLimits,
  state: LimitState,
  monotonic: number,
): LimitState {
  trimSent(draft, limits.ring);
  const level = alarm(draft, limits, state.level);
  const pending = overwrite(draft, limits, state.pending, 0);
  const count = Object.keys(pending).length;
  if (count === 0 || monotonic < state.announceFrom) return { ...state, level, pending };
  announce(draft, overwrite(draft, limits, pending, count));
  return { level, pending: {}, announceFrom: monotonic + ANNOUNCE_EVERY };
}

/** Whether something is left to do that `enforceLimits` has put off. */
export function limitsPending(
  heads: Readonly<Heads>,
  limits: StoreLimits,
  state: LimitState,
  monotonic: number,
): boolean {
  const toAnnounce = Object.keys(state.pending).length > 0 && monotonic >= state.announceFrom;
  const toDrop = STREAMS.some((stream) => ringCut(heads, stream, limits.ring) > 0);
  return toAnnounce || toDrop || quotaShare(heads, limits) > 1;
}

/** Drops sent rows down to `keep` in every stream. */
export function trimSent(draft: LogDraft, keep: number): void {
  for (const stream of STREAMS) {
    const cut = ringCut(draft.heads, stream, keep);
    if (cut > 0) draft.drop(stream, cut);
  }
}

/** Number of the newest sent row that has to go, 0 if none. */
function ringCut(heads: Readonly<Heads>, stream: Stream, keep: number): number {
  const { first, acknowledged } = heads[stream];
  const cut = Math.min(acknowledged - keep, first - 1 + MAX_DROP);
  return cut >= first ? cut : 0;
}

/**
 * Overwrites the oldest unsent rows beyond the quota, less `reserve` events that are about to be written.
 * The stream with the most unsent rows pays, so that a flood in one does not push out the others.
 */
function overwrite(
  draft: LogDraft,
  limits: StoreLimits,
  pending: Overwritten,
  reserve: number,
): Overwritten {
  const { records, bytes } = totals(draft.heads);
  const surplus = Math.min(records + reserve - limits.quotaRecords, MAX_DROP);
  const surplusBytes = bytes + reserve * EVENT_BYTES - limits.quotaBytes;
  if (surplus <= 0 && surplusBytes <= 0) return pending;
  const stream = STREAMS.reduce((a, b) =>
    unsent(draft.heads[b]) > unsent(draft.heads[a]) ? b : a,
  );
  const head = draft.heads[stream];
  const before = settled(head);
  const enoughRows = before + Math.min(surplus, unsent(head));
  const enoughBytes = draft.cutFor(stream, before, surplusBytes, MAX_DROP);
  const to = Math.max(enoughRows, enoughBytes);
  draft.drop(stream, to);
  return { ...pending, [stream]: { from: pending[stream]?.from ?? before + 1, to } };
}

function announce(draft: LogDraft, overwritten: Overwritten): void {
  for (const [stream, { from, to }] of Object.entries(overwritten)) {
    const details = { stream, from, to, count: to - from + 1 };
    draft.event({ category: 'alarm', code: 'recordsOverwritten', details });
  }
}

function alarm(draft: LogDraft, limits: StoreLimits, before: number): number {
  const share = quotaShare(draft.heads, limits);
  const level = reached(share);
  if (level > before) {
    const details = { share: Math.round(share * 1000) / 1000, ...totals(draft.heads) };
    draft.event({ category: 'alarm', code: `quota${level}`, details });
  }
  const left = reached(share + HYSTERESIS / 100) < before;
  return level > before || left ? level : before;
}

function reached(share: number): number {
  return LEVELS.find((level) => share * 100 >= level) ?? 0;
}

function totals(heads: Readonly<Heads>): { records: number; bytes: number } {
  const all = STREAMS.map((stream) => heads[stream]);
  return {
    records: all.reduce((sum, head) => sum + unsent(head), 0),
    bytes: all.reduce((sum, head) => sum + head.unsentBytes, 0),
  };
}
