import type { PenaltyPolicy } from '../../model/firm.ts';
import type { Pass, Waiver } from '../../model/pass.ts';
import { dayOf } from '../local-time.ts';

/** Points of a person at a firm, and what they are made of. */
export interface PenaltyState {
  person: string;
  firm: string;
  points: number;
  threshold: number;
  action: PenaltyPolicy['action'];
  /** What counts now, oldest first. */
  entries: PenaltyEntry[];
}

export interface PenaltyEntry {
  pass: string;
  reason: string;
  /** Local date or time at which the replacement was given. */
  since: string;
  points: number;
}

/**
 * The points of one person by the policy of a firm: each pass that was given for a reason with points counts,
 * for the days of the policy, unless it was waived or given for another firm (R-079, N9).
 */
export function penaltyState(
  { person, firm, now }: { person: string; firm: string; now: string },
  policy: PenaltyPolicy,
  passes: readonly Pass[],
  waivers: readonly Waiver[],
): PenaltyState {
  const waived = new Set(waivers.map(({ pass }) => pass));
  const entries = passes
    .filter((pass) => pass.person === person && (pass.firm ?? firm) === firm)
    .filter(({ id, validFrom }) => !waived.has(id) && ageInDays(validFrom, now) < policy.days)
    .flatMap((pass): PenaltyEntry[] => {
      const points = pointsOf(pass.reason, policy);
      return points === 0
        ? []
        : [{ pass: pass.id, reason: String(pass.reason), since: pass.validFrom, points }];
    })
    .sort((a, b) => (a.since < b.since ? -1 : 1));
  const points = entries.reduce((sum, entry) => sum + entry.points, 0);
  return { person, firm, points, threshold: policy.threshold, action: policy.action, entries };
}

/** Points for a replacement. */
export function pointsOf(reason: Pass['reason'], { weights }: PenaltyPolicy): number {
  return reason === 'forgotten' || reason === 'lost' || reason === 'damaged'
    ? (weights[reason] ?? 0)
    : 0;
}

/** Whether no further replacement may be given. */
export function isRefused({ points, threshold, action }: PenaltyState): boolean {
  return action === 'refuse' && points >= threshold;
}

function ageInDays(since: string, now: string): number {
  return dayOf(now) - dayOf(since);
}
