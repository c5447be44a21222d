import type { Direction } from '../../model/access-point.ts';
import type { Passage } from '../../model/decision.ts';
import type { CommonSettings, CommonState, Draft } from './draft.ts';
import { answerTo, type DoorMode } from './mode.ts';
import type { Grant, Output, Refusal } from './model.ts';

type AnyDraft = Pick<
  Draft<CommonState, CommonSettings>,
  'state' | 'settings' | 'now' | 'setCommon' | 'event' | 'passage' | 'isActive'
>;

/** Refusals that leave somebody standing before a closed lock. */
const SHUT: ReadonlySet<Refusal> = new Set(['stopped', 'notReady', 'blocked', 'interlock']);

/** A decision is remembered this long after its life, should it come again. Milliseconds. */
const REMEMBERED = 60_000;

/** Remembers a decision and tells whether it is new: the same one never counts twice. */
export function isNew(draft: AnyDraft, { id, expires }: Grant): boolean {
  const seen = draft.state.seen.filter(({ until }) => until > draft.now);
  if (seen.some((entry) => entry.id === id)) return false;
  draft.setCommon({ seen: [...seen, { id, until: Math.max(expires, draft.now) + REMEMBERED }] });
  return true;
}

/** Why a lock in this mode does not open for a grant, whoever it is for. */
export function refusalOf(
  draft: AnyDraft,
  { expires }: Grant,
  mode: DoorMode,
  isBusy: boolean,
): Refusal | undefined {
  if (expires <= draft.now) return 'expired';
  if (draft.state.emergency) return 'emergency';
  if (draft.isActive('stop')) return 'stopped';
  if (draft.state.inputs.ready?.value === false) return 'notReady';
  if (answerTo(mode, 'access') === 'refused') return 'blocked';
  return isBusy ? 'busy' : undefined;
}

/**
 * Ends a grant that opens nothing. Every grant that was taken in has exactly one passage record; one that came
 * too late was never taken in. Somebody who cannot get out needs a guard.
 */
export function refuse(draft: AnyDraft, grant: Grant, reason: Refusal, output: Output): void {
  const { id, direction } = grant;
  const way = direction === undefined ? {} : { direction };
  if (reason !== 'expired') end(draft, grant, 'notTaken');
  draft.event('grantRefused', { grant: id, ...way, details: { reason } });
  if (direction !== 'out' || !SHUT.has(reason) || output === 'open') return;
  draft.event('exitBlocked', { grant: id, direction, details: { reason } });
}

/** The record with which a grant ends. */
export function end(
  draft: AnyDraft,
  { id, direction }: { id: string; direction?: Direction },
  outcome: Passage['outcome'],
  confirmed = outcome === 'taken',
): void {
  draft.passage({ grant: id, outcome, direction: direction ?? 'undefined', confirmed });
}
