import type {
  Deal,
  DealMark,
  DealRole,
  ReleaseCondition,
  ReleaseRules,
} from '../../model/release.ts';

const MINUTE = 60_000;

/** All marks of the role: goods, documents and payment of a buyer, goods and documents of a supplier (R-105, R-107, D11). */
export const BASE_CONDITIONS: Readonly<Record<DealRole, ReleaseCondition>> = {
  buyer: { all: [['goods'], ['documents'], ['payment']] },
  supplier: { all: [['goods'], ['documents']] },
};

/** The condition of a firm for a role; one that it has not set is the base rule. */
export function conditionOf(rules: ReleaseRules | undefined, role: DealRole): ReleaseCondition {
  return rules?.[role] ?? BASE_CONDITIONS[role];
}

/** What decides besides the marks: the instant, and whether its clock can be relied on. */
export interface ReleaseMoment {
  /** Milliseconds since 1970 UTC. */
  readonly instant: number;
  readonly trusted: boolean;
}

/** What a condition says of a deal; see `DealState`. */
export interface Clearance {
  readonly missing: DealMark[][];
  readonly until?: number;
  readonly why?: 'late' | 'clock';
}

/** The groups of a condition of which no mark is set. */
export function missingMarks(
  { marks }: Pick<Deal, 'marks'>,
  { all }: ReleaseCondition,
): DealMark[][] {
  return all.filter((group) => group.every((mark) => marks[mark] === undefined));
}

/**
 * Judges a deal at a moment. A mark more never makes an answer worse: the time limit runs from the newest mark
 * that the condition names. While the clock cannot be trusted a time limit keeps the goods in.
 */
export function clearanceOf(
  deal: Pick<Deal, 'marks' | 'openedAt'>,
  condition: ReleaseCondition,
  { instant, trusted }: ReleaseMoment,
): Clearance {
  const missing = missingMarks(deal, condition);
  const { minutes } = condition;
  if (missing.length > 0 || minutes === undefined) return { missing };
  const times = condition.all.flat().map((mark) => deal.marks[mark] ?? deal.openedAt);
  const until = Math.max(deal.openedAt, ...times) + minutes * MINUTE;
  if (!trusted) return { missing, until, why: 'clock' };
  return instant < until ? { missing, until } : { missing, until, why: 'late' };
}

export function isCleared({ missing, why }: Clearance): boolean {
  return missing.length === 0 && why === undefined;
}
