import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Temporal } from 'temporal-polyfill';
import type { AccountingRules } from '../../../lib/model/accounting.ts';
import { accountPerson } from '../../../lib/policy/attendance/account.ts';
import type {
  AttendanceDay,
  PersonFacts,
  Stay,
} from '../../../lib/policy/attendance/attendance.ts';
import { Zone } from '../../../lib/policy/zone.ts';
import { oracleDays, type OracleSite } from './oracle.ts';

const MINUTE = 60_000;
const FIRMS = ['a', 'b', 'c'];
/** The first day of the range; three days from it the clock changes in the first three zones. */
const STARTS = [
  ['Europe/Berlin', '2026-03-27'],
  ['Europe/Berlin', '2026-10-23'],
  ['America/New_York', '2026-03-06'],
  ['Australia/Lord_Howe', '2026-04-03'],
  ['Asia/Shanghai', '2026-05-11'],
  ['Asia/Kathmandu', '2026-05-11'],
] as const;
const DAYS = 4;

interface Case {
  facts: PersonFacts;
  site: OracleSite;
  from: string;
  to: string;
}

const time = fc
  .record({ hour: fc.nat(23), minute: fc.constantFrom(0, 0, 0, 30, 5, 59) })
  .map(({ hour, minute }) => `${pad(hour)}:${pad(minute)}`);

const minutes = fc.constantFrom(0, 5, 15, 30, 60);

const rules: fc.Arbitrary<AccountingRules> = fc.record(
  {
    rounding: fc.record({
      minutes: fc.constantFrom(1, 5, 7, 15, 30, 60),
      favour: fc.constantFrom('employee', 'employer', 'nearest'),
    }),
    grace: fc.record({ late: minutes, early: minutes }, { requiredKeys: [] }),
    earlyArrival: fc.boolean(),
    lateDeparture: fc.boolean(),
    shortAbsence: fc.constantFrom(0, 10, 45),
    breaks: fc.array(fc.record({ after: fc.constantFrom(0, 240, 360, 480), minutes }), {
      maxLength: 3,
    }),
    unseen: fc.constantFrom('planned', 'nothing', 'open'),
    overlap: fc.constantFrom('priority', 'split'),
  },
  { requiredKeys: [] },
);

const stays = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 900 }),
    length: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 3000 })),
    seconds: fc.nat(59),
    isOpen: fc.nat(9).map((number) => number === 0),
    unseenEntry: fc.nat(9).map((number) => number === 0),
  }),
  { maxLength: 12 },
);

const plans = fc.array(
  fc.record({
    firm: fc.constantFrom(...FIRMS),
    day: fc.integer({ min: -2, max: DAYS + 1 }),
    times: fc.option(fc.tuple(time, time), { freq: 5 }),
  }),
  { maxLength: 14 },
);

const corrections = fc.array(
  fc.record({
    firm: fc.option(fc.constantFrom(...FIRMS), { nil: undefined }),
    day: fc.nat(DAYS - 1),
    from: time,
    length: fc.integer({ min: 1, max: 30 }),
    present: fc.boolean(),
  }),
  { maxLength: 3 },
);

const cases: fc.Arbitrary<Case> = fc
  .record({
    start: fc.constantFrom(...STARTS),
    rules: fc.tuple(rules, rules, rules),
    employments: fc.array(
      fc.record({
        firm: fc.constantFrom(...FIRMS),
        priority: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
        nonWorkingDays: fc.boolean(),
        lastDay: fc.option(fc.nat(DAYS), { nil: undefined, freq: 5 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    stays,
    plans,
    corrections,
    asOf: fc.integer({ min: 0, max: (DAYS + 3) * 1440 }),
  })
  .map(({ start: [zone, from], ...given }) => {
    const begin = Temporal.PlainDate.from(from).toZonedDateTime(zone).epochMilliseconds;
    const day = (count: number): string =>
      Temporal.PlainDate.from(from).add({ days: count }).toString();
    const asOf = begin + given.asOf * MINUTE;
    const facts: PersonFacts = {
      person: 'p',
      stays: timeLine(given.stays, begin - 1440 * MINUTE),
      employments: given.employments.map(({ firm, priority, nonWorkingDays, lastDay }, index) => ({
        id: `e${index}`,
        person: 'p',
        firm,
        nonWorkingDays,
        ...(priority === undefined ? {} : { priority }),
        ...(lastDay === undefined ? {} : { validTo: day(lastDay) }),
      })),
      plans: onePerDay(given.plans).map(({ firm, day: count, times }, index) => ({
        id: `d${index}`,
        person: 'p',
        firm,
        date: day(count),
        ...(times === null ? {} : { arrival: times[0], departure: times[1] }),
      })),
      corrections: given.corrections.map(
        ({ firm, day: count, from: start, length, present }, index) => ({
          id: `c${index}`,
          person: 'p',
          ...(firm === undefined ? {} : { firm }),
          from: `${day(count)}T${start}`,
          to: Temporal.PlainDateTime.from(`${day(count)}T${start}`)
            .add({ minutes: length * 20 })
            .toString({ smallestUnit: 'minute' }),
          present,
          reason: 'forgotten',
          author: 'guard',
          at: index,
        }),
      ),
    };
    const byFirm = new Map(FIRMS.map((firm, index) => [firm, given.rules[index] ?? {}]));
    return { facts, site: { zone, rules: byFirm, asOf }, from, to: day(DAYS - 1) };
  });

function timeLine(
  steps: readonly {
    gap: number;
    length: number;
    seconds: number;
    isOpen: boolean;
    unseenEntry: boolean;
  }[],
  begin: number,
): Stay[] {
  let at = begin;
  return steps.map(({ gap, length, seconds, isOpen, unseenEntry }) => {
    const entered = at + gap * MINUTE + seconds * 1000;
    at = entered + length * MINUTE;
    const stay = { zone: 'site', entered, unseenEntry };
    return isOpen ? stay : { ...stay, left: at };
  });
}

/** The last plan of a day and firm. */
function onePerDay<T extends { firm: string; day: number }>(list: readonly T[]): T[] {
  return [...new Map(list.map((plan) => [`${plan.firm} ${plan.day}`, plan])).values()];
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

function accounted({ facts, site, from, to }: Case): AttendanceDay[] {
  const zone = new Zone(site.zone);
  const around = { zone, rules: site.rules, parents: new Map<string, string>(), asOf: site.asOf };
  return accountPerson(facts, around, { from, to }).days;
}

describe('accounted time against an oracle that looks at every minute', () => {
  it('gives every firm the same minutes', function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(cases, (given) => {
        const days = new Map(accounted(given).map((day) => [`${day.firm} ${day.date}`, day]));
        for (const expected of oracleDays(given.facts, given.site, given.from, given.to)) {
          const { firm, date, owned, stay, factStay } = expected;
          const day = days.get(`${firm} ${date}`);
          const where = `${firm} ${date}`;
          assert(day !== undefined, where);
          if (factStay >= 0) assert.equal(day.fact?.stay ?? 0, factStay, `fact of ${where}`);
          if (day.accounted === undefined && stay === 0) continue; // The day has not begun.
          assert.equal(day.accounted?.stay, stay, `stay of ${where}`);
          const [first] = owned ?? [];
          const last = owned?.at(-1);
          assert.equal(day.accounted?.arrival, first && first * MINUTE, `arrival at ${where}`);
          assert.equal(day.accounted?.departure, last && (last + 1) * MINUTE, where);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('does not depend on the range that is asked for', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(cases, (given) => {
        const all = accounted(given);
        for (const date of new Set(all.map((day) => day.date))) {
          const one = accounted({ ...given, from: date, to: date });
          assert.deepEqual(
            one,
            all.filter((day) => day.date === date),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never counts a minute for two employers', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const present = accounted(given).reduce((sum, day) => sum + (day.accounted?.stay ?? 0), 0);
        assert(present <= (DAYS + 2) * 1440);
        const wide = accounted({ ...given });
        for (const a of wide) {
          for (const b of wide) {
            if (a === b || a.date !== b.date || a.firm === b.firm) continue;
            const sum = (a.accounted?.stay ?? 0) + (b.accounted?.stay ?? 0);
            const from = Math.min(
              a.accounted?.arrival ?? Infinity,
              b.accounted?.arrival ?? Infinity,
            );
            const to = Math.max(a.accounted?.departure ?? 0, b.accounted?.departure ?? 0);
            if (sum > 0)
              assert(sum <= (to - from) / MINUTE, `${a.firm} and ${b.firm} on ${a.date}`);
          }
        }
      }),
    );
  });
});
