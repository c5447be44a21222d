import { Temporal } from 'temporal-polyfill';
import type { HolidayGroup, Schedule, Window } from '../../../lib/model/schedule.ts';

/**
 * The rules of schedules and periods once more, slow and obvious: text compares and Temporal, day by day.
 * Shares nothing with lib/policy.
 */
export class TemporalOracle {
  readonly #zone: string;
  readonly #edges = new Map<string, number>();

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** Whether an instant lies in a period of local times. A bare date means its start, or all of it. */
  within(from: string | undefined, to: string | undefined, now: number): boolean {
    return this.hasBegun(from, now) && !this.hasEnded(to, now);
  }

  hasBegun(from: string | undefined, now: number): boolean {
    return from === undefined || now >= this.#startOf(from);
  }

  hasEnded(to: string | undefined, now: number): boolean {
    return to !== undefined && now >= this.#endOf(to);
  }

  isOpen(schedule: Schedule, groups: readonly HolidayGroup[], now: number): boolean {
    const { rule } = schedule;
    if (rule.kind === 'span' && !this.within(rule.from, rule.to, now)) return false;
    const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(this.#zone);
    const today = local.toPlainDate();
    const time = local.toPlainTime().toString({ smallestUnit: 'millisecond' });
    return (
      windowsOf(schedule, groups, today).some((window) => isInside(window, time)) ||
      windowsOf(schedule, groups, today.subtract({ days: 1 })).some((window) =>
        isMorning(window, time),
      )
    );
  }

  /** The first time the clock shows a reading; the end of the gap if it never does. */
  #startOf(text: string): number {
    return this.#edge(text, 'earlier', (date) => date.toPlainDateTime('00:00'));
  }

  /** The last time the clock shows a reading; the end of the gap if it never does. */
  #endOf(text: string): number {
    return this.#edge(text, 'later', (date) => date.add({ days: 1 }).toPlainDateTime('00:00'));
  }

  #edge(
    text: string,
    which: 'earlier' | 'later',
    ofDate: (date: Temporal.PlainDate) => Temporal.PlainDateTime,
  ): number {
    const key = `${which} ${text}`;
    let instant = this.#edges.get(key);
    if (instant === undefined) {
      const local = text.includes('T')
        ? Temporal.PlainDateTime.from(text)
        : ofDate(Temporal.PlainDate.from(text));
      instant = instantOf(local, this.#zone, which);
      this.#edges.set(key, instant);
    }
    return instant;
  }
}

/** A reading inside a gap means the first instant after the gap. */
export function instantOf(
  local: Temporal.PlainDateTime,
  zone: string,
  which: 'earlier' | 'later',
): number {
  const chosen = local.toZonedDateTime(zone, { disambiguation: which });
  if (chosen.toPlainDateTime().equals(local)) return chosen.epochMilliseconds;
  // Temporal gives one instant before and one after the gap, so the change lies between them.
  const before = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const change = before.getTimeZoneTransition('next');
  if (change === null) throw new Error(`No gap at ${local.toString()} in ${zone}`);
  return change.epochMilliseconds;
}

/** The windows that begin on a day. */
function windowsOf(
  { rule, holidays = [] }: Schedule,
  groups: readonly HolidayGroup[],
  day: Temporal.PlainDate,
): readonly Window[] {
  const date = day.toString();
  if (rule.kind === 'daily' || rule.kind === 'weekly') {
    if (rule.from !== undefined && date < rule.from) return [];
    if (rule.to !== undefined && date > rule.to) return [];
  }
  const special = holidays.filter(({ group }) =>
    isHoliday(
      groups.find(({ id }) => id === group),
      date,
    ),
  );
  if (special.length > 0) return special.flatMap(({ windows }) => windows);
  if (rule.kind === 'daily') return rule.windows;
  if (rule.kind === 'weekly') {
    return rule.days
      .filter(({ days }) => days.includes(day.dayOfWeek))
      .flatMap(({ windows }) => windows);
  }
  return [{ from: '00:00', to: '24:00' }];
}

function isHoliday(group: HolidayGroup | undefined, date: string): boolean {
  return (group?.days ?? []).some(({ from, to = from, yearly }) => {
    if (yearly !== true) return date >= from && date <= to;
    const year = date.slice(0, 4);
    const [first, last, day] = [from.slice(5), to.slice(5), date.slice(5)];
    // The span that began this year, and the one that began last year and ran over New Year.
    return first <= last
      ? date >= `${year}-${first}` && date <= `${year}-${last}`
      : day >= first || day <= last;
  });
}

function isInside({ from, to }: Window, time: string): boolean {
  return time >= from && (to <= from || time < to);
}

function isMorning({ from, to }: Window, time: string): boolean {
  return to <= from && time < to;
}
