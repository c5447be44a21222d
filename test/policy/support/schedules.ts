import fc from 'fast-check';
import type { HolidayGroup, Schedule, Window } from '../../../lib/model/schedule.ts';

const DAY = 86_400_000;

/** Dates a few weeks around an instant, as text. */
function dateAround(instant: number): fc.Arbitrary<string> {
  return fc
    .integer({ min: -20, max: 20 })
    .map((days) => new Date(instant + days * DAY).toISOString().slice(0, 10));
}

export function dateTimeAround(instant: number): fc.Arbitrary<string> {
  return fc
    .tuple(dateAround(instant), fc.integer({ min: 0, max: 47 }), fc.boolean())
    .map(([date, half, bare]) => (bare ? date : `${date}T${clock(half * 30)}:00`));
}

function clock(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Times on the quarter, more of them in the hours in which clocks are changed; also 24:00. */
const minuteOfDay = fc.oneof(
  fc.integer({ min: 0, max: 96 }).map((quarter) => quarter * 15),
  fc.integer({ min: 0, max: 16 }).map((quarter) => quarter * 15),
);

const windowOf: fc.Arbitrary<Window> = fc
  .tuple(minuteOfDay, minuteOfDay)
  .map(([from, to]) => ({ from: clock(from), to: clock(to) }));

const windows = fc.array(windowOf, { minLength: 1, maxLength: 3 });

function bounds(instant: number): fc.Arbitrary<{ from?: string; to?: string }> {
  return fc.record(
    { from: dateAround(instant - 10 * DAY), to: dateAround(instant + 10 * DAY) },
    { requiredKeys: [] },
  );
}

function ruleAround(instant: number): fc.Arbitrary<Schedule['rule']> {
  const weekday = fc.integer({ min: 1, max: 7 });
  const days = fc.record({
    days: fc.uniqueArray(weekday, { minLength: 1, maxLength: 7 }),
    windows,
  });
  return fc.oneof(
    fc.constant({ kind: 'always' as const }),
    fc.record({
      kind: fc.constant('span' as const),
      from: dateTimeAround(instant),
      to: dateTimeAround(instant),
    }),
    fc
      .tuple(windows, bounds(instant))
      .map(([plan, limits]) => ({ kind: 'daily' as const, windows: plan, ...limits })),
    fc
      .tuple(fc.array(days, { minLength: 1, maxLength: 3 }), bounds(instant))
      .map(([plan, limits]) => ({ kind: 'weekly' as const, days: plan, ...limits })),
  );
}

/** Two holiday groups with days around an instant, single, in spans and yearly. */
export function holidaysAround(instant: number): fc.Arbitrary<HolidayGroup[]> {
  const day = fc
    .tuple(dateAround(instant), fc.integer({ min: 0, max: 9 }), fc.boolean(), fc.boolean())
    .map(([from, length, yearly, single]) => {
      const to = new Date(Date.parse(from) + length * DAY).toISOString().slice(0, 10);
      const earlier = `${Number(from.slice(0, 4)) - 4}${from.slice(4)}`;
      if (yearly) return { from: earlier, yearly };
      return single ? { from } : { from, to };
    });
  return fc
    .tuple(fc.array(day, { maxLength: 3 }), fc.array(day, { maxLength: 3 }))
    .map((groups) =>
      groups.map((days, index) => ({ id: `holidays-${index}`, name: `Holidays ${index}`, days })),
    );
}

/** A schedule of any kind in which something happens around an instant. */
export function scheduleAround(instant: number): fc.Arbitrary<Schedule> {
  const plan = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.array(windowOf, { maxLength: 2 }));
  return fc.tuple(ruleAround(instant), fc.array(plan, { maxLength: 2 })).map(([rule, plans]) => ({
    id: 'schedule',
    name: 'Schedule',
    rule,
    holidays: plans.map(([group, special]) => ({ group: `holidays-${group}`, windows: special })),
  }));
}
