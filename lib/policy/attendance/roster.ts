import type { AccountingRules, PlannedDay } from '../../model/accounting.ts';
import type { Employment } from '../../model/firm.ts';
import { dayOf } from '../local-time.ts';
import type { Span } from './spans.ts';
import type { WallClock } from './wall-clock.ts';

/** A planned time of work. It belongs to the day on which it begins. */
export interface Shift extends Span {
  /** Planned minutes of work, if the firm has said them itself. */
  readonly stay: number | undefined;
}

/** What one employer has planned for a person. */
export interface Roster {
  readonly firm: string;
  readonly rules: AccountingRules;
  /** By day number; `undefined` for a day that is planned to be free. */
  readonly shifts: ReadonlyMap<number, Shift | undefined>;
  /** The employment that is valid on a day. */
  employment(day: number): Employment | undefined;
}

/** The rosters of a person, one for each employer, in the order of the ids of the firms. */
export function rostersOf(
  employments: readonly Employment[],
  plans: readonly PlannedDay[],
  rules: ReadonlyMap<string, AccountingRules>,
  clock: WallClock,
): Roster[] {
  const firms = [...new Set(employments.map(({ firm }) => firm))].sort();
  return firms.map((firm) => {
    const own = employments.filter((one) => one.firm === firm).map(withDays);
    const employment = (day: number): Employment | undefined =>
      own.find(({ first, last }) => first <= day && day <= last)?.employment;
    const shifts = new Map<number, Shift | undefined>();
    for (const plan of plans) {
      const day = dayOf(plan.date);
      if (plan.firm !== firm || employment(day) === undefined) continue;
      shifts.set(day, shiftOf(plan, day, clock));
    }
    return { firm, rules: rules.get(firm) ?? {}, shifts, employment };
  });
}

function shiftOf(plan: PlannedDay, day: number, clock: WallClock): Shift | undefined {
  const { arrival, departure, stay } = plan;
  if (arrival === undefined || departure === undefined) return undefined;
  const span = clock.shift(day, arrival, departure);
  return span.to > span.from ? { ...span, stay } : undefined;
}

function withDays(employment: Employment) {
  const { validFrom, validTo } = employment;
  return {
    employment,
    first: validFrom === undefined ? -Infinity : dayOf(validFrom),
    last: validTo === undefined ? Infinity : dayOf(validTo),
  };
}
