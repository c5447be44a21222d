import type { AccountingRules } from '../../model/accounting.ts';
import { lengthOf, united, within, type Span } from './spans.ts';

/**
 * The minutes of work in spans: without the break that their length asks for. Time at which the person was
 * not `present` between the first and the last minute counts towards the break.
 */
export function workTime(
  spans: readonly Span[],
  present: readonly Span[],
  breaks: AccountingRules['breaks'] = [],
): number {
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return 0;
  const total = lengthOf(spans);
  const whole = { from: first.from, to: last.to };
  const out = whole.to - whole.from - lengthOf(united([...within(present, whole), ...spans]));
  return Math.max(0, total - Math.max(0, breakFor(total, breaks) - out));
}

function breakFor(minutes: number, breaks: NonNullable<AccountingRules['breaks']>): number {
  const reached = breaks.filter(({ after }) => after <= minutes);
  return reached.toSorted((a, b) => b.after - a.after)[0]?.minutes ?? 0;
}
