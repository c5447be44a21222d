import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { correctionsOf } from '../../lib/attendance/corrections.ts';
import { importPlan } from '../../lib/attendance/plan-import.ts';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { TimesheetPerson } from '../../lib/engine/reports/working-time.ts';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { Decision } from '../../lib/model/decision.ts';
import type { Change } from '../../lib/model/entity.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { optional } from '../../lib/model/optional.ts';
import type { DealMark } from '../../lib/model/release.ts';
import type { TimeCorrection } from '../../lib/model/time-correction.ts';
import type { AttendanceDay } from '../../lib/policy/attendance/attendance.ts';
import { put } from '../engine/reports/support.ts';
import { oracleDays } from '../policy/attendance/oracle.ts';
import { TestClock } from '../support/clock.ts';
import { reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { attemptAt, card, SAMPLE_CONFIG } from '../support/sample-site.ts';
import { cardOf, dealChange, errandsOf, mayLeave, releaseOf, type Errand } from './deals.ts';
import { WEEK, ZONE, firms, people, staysOf, type ScriptedPerson } from './script.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-22T12:00:00Z');
const END = Date.parse('2026-03-31T12:00:00Z');
const AUTHOR = 'guard';

const [DOOR] = SAMPLE_CONFIG.accessPoints;
assert(DOOR);
const GATE: AccessPoint = {
  ...{ ...DOOR, id: 'gate-out', name: 'Exit for goods' },
  ...{ direction: 'out', zoneFrom: 'site', release: 'required' },
};

describe('a week of the business park', function () {
  this.timeout(180_000);
  const everybody = people(20260323);
  const errands = errandsOf(everybody.filter(({ id }) => id.startsWith('v-')));
  const exits: { visitor: string; expected: boolean; decision: Decision }[] = [];
  const clock = new TestClock(START);
  /** Instants of exits that were given a name. */
  const known = new Set<number>();
  let corrections: TimeCorrection[] = [];
  let folder: string;
  let engine: EngineService;

  before(async () => {
    folder = makeFolder();
    engine = await reopenEngine(folder, clock);
    const { site } = SAMPLE_CONFIG;
    await engine.configure({ site: { ...site, zone: ZONE }, accessPoints: [GATE] });
    await enrol();
    await plan();
    await live();
  });
  after(async () => {
    await engine.close();
    removeFolder(folder);
  });

  async function change(changes: readonly Change[]): Promise<void> {
    for (let start = 0; start < changes.length; start += 250) {
      const some = changes.slice(start, start + 250);
      const { failed } = await engine.change({ changes: some, options: { author: AUTHOR } });
      assert.deepEqual(failed, []);
    }
  }

  async function enrol(): Promise<void> {
    await change([
      put('zone', { id: 'site', name: 'Site' }),
      ...firms.map(({ id, rules }) =>
        put('firm', {
          ...{ id, name: id, roles: ['employer', 'supplier', 'buyer'], accounting: rules },
          ...optional('release', releaseOf(id)),
        }),
      ),
      ...everybody.map(({ id }) => put('person', { id, name: id })),
      ...everybody.flatMap(({ employments }) =>
        employments.map((one) => put('employment', { ...one })),
      ),
      ...errands.map(({ visitor }) =>
        put('credential', {
          ...{ id: `tag-${visitor}`, person: visitor, type: 'card', value: cardOf(visitor) },
        }),
      ),
      put('permission', { id: 'all', subject: { everyone: true }, target: { everywhere: true } }),
    ]);
  }

  /** Each firm sends its own plan. */
  async function plan(): Promise<void> {
    for (const { id } of firms) {
      const lines = everybody.flatMap((person) =>
        person.lines.filter(({ firm }) => firm === id).map(({ line }) => line),
      );
      const report = await importPlan(engine, lines, {
        ...{ firm: id, author: 'hr', encoding: 'utf-8', dryRun: false },
        ...{ signal: new AbortController().signal, onProgress: () => undefined },
      });
      assert.deepEqual([report.accepted, report.rejections], [lines.length, []]);
    }
  }

  /** Every passage, deal and mark in its time. */
  async function live(): Promise<void> {
    const passages = everybody.flatMap(({ id, events }) =>
      events
        .filter(
          ({ at }) => !errands.some(({ visitor, tries }) => visitor === id && tries.at(-1) === at),
        )
        .map((event) => ({ at: event.at, happen: () => pass(id, event) })),
    );
    const happenings = [...passages, ...errands.flatMap(happeningsOf)].sort((a, b) => a.at - b.at);
    for (const { at, happen } of happenings) {
      if (at > clock.now()) clock.advance(at - clock.now());
      await happen();
    }
    clock.advance(END - clock.now());
  }

  async function pass(person: string, { at, way, tag }: ScriptedPerson['events'][number]) {
    const passage = { id: uuidv7(at), at, outcome: 'taken', confirmed: true } as const;
    const zone = way === 'in' ? { zoneTo: 'site' } : { zoneFrom: 'site' };
    await engine.recordPassage(
      way === 'lost'
        ? { ...passage, direction: 'undefined' }
        : { ...passage, ...zone, direction: way, person, tag },
    );
  }

  function happeningsOf({ visitor, deals, tries }: Errand) {
    const last = tries.at(-1);
    return [
      ...deals.map((deal) => ({
        at: deal.openedAt,
        happen: () => change([dealChange(deal, visitor)]),
      })),
      ...deals.flatMap(({ id: deal, marks }) =>
        (Object.entries(marks) as [DealMark, number][])
          .filter(([, at]) => last === undefined || at < last)
          .map(([mark, at]) => ({
            at,
            happen: () =>
              engine.markDeal({
                deal,
                mark,
                key: `${deal} ${mark}`,
                source: 'till',
                author: 'till',
              }),
          })),
      ),
      ...tries.map((at) => ({ at, happen: () => leave(visitor, deals, at, at === last) })),
    ];
  }

  /** The visitor stands at the exit for goods. Nobody stays for ever: in the end the guard helps. */
  async function leave(visitor: string, deals: Errand['deals'], at: number, isLast: boolean) {
    const expectation = mayLeave(deals, at);
    const ask = () => engine.decide(attemptAt(clock.now(), GATE.id, card(cardOf(visitor))));
    let decision = await ask();
    exits.push({ visitor, expected: expectation, decision });
    if (!isLast) return;
    if (decision.outcome !== 'granted') {
      await engine.overrideRelease({ person: visitor, reason: 'paid in cash', author: AUTHOR });
      decision = await ask();
    }
    await engine.recordPassage({
      ...{ id: uuidv7(at), at, decision: decision.id, accessPoint: GATE.id, person: visitor },
      ...{ direction: 'out', outcome: 'taken', confirmed: true, zoneFrom: 'site' },
    });
  }

  async function timesheets(): Promise<Map<string, AttendanceDay>> {
    const days = new Map<string, AttendanceDay>();
    for (const { id: firm } of firms) {
      let next: string | undefined;
      do {
        const page = await engine.timesheet({
          ...{ firm, ...WEEK, limit: 10 },
          ...(next !== undefined && { after: next }),
        });
        for (const day of page.people.flatMap((person: TimesheetPerson) => person.days)) {
          days.set(keyOf(day), day);
        }
        next = page.next;
      } while (next !== undefined);
    }
    return days;
  }

  function keyOf({ person, firm, date }: { person: string; firm: string; date: string }): string {
    return `${person} ${firm} ${date}`;
  }

  /** What the slow calculation makes of the script, without the engine. */
  function expected(person: ScriptedPerson) {
    const facts = {
      person: person.id,
      stays: staysOf(person, known),
      employments: person.employments,
      plans: person.lines.flatMap(({ firm, days }) =>
        days.map((day) => ({ ...day, id: `${firm}${day.date}`, person: person.id, firm })),
      ),
      corrections: corrections.filter((one) => one.person === person.id),
    };
    const rules = new Map(firms.map(({ id, rules: own }) => [id, own]));
    return oracleDays(facts, { zone: ZONE, rules, asOf: END }, WEEK.from, WEEK.to);
  }

  async function assertTimesheets(): Promise<{ days: number; waiting: number }> {
    const days = await timesheets();
    const result = { days: 0, waiting: 0 };
    for (const person of everybody) {
      for (const { firm, date, owned, stay } of expected(person)) {
        const key = keyOf({ person: person.id, firm, date });
        const day = days.get(key);
        assert(day !== undefined, key);
        assert.equal(day.accounted?.stay, stay, `stay of ${key}`);
        assert.equal(day.accounted?.arrival, instantOf(owned?.[0]), `arrival of ${key}`);
        assert.equal(day.accounted?.departure, instantOf(owned?.at(-1), 1), `departure of ${key}`);
        result.days += 1;
        if (stay === undefined) result.waiting += 1;
      }
    }
    return result;
  }

  function instantOf(minute: number | undefined, more = 0): number | undefined {
    return minute === undefined ? undefined : (minute + more) * MINUTE;
  }

  it('has timesheets as an independent calculation makes them', async () => {
    const { days, waiting } = await assertTimesheets();
    assert(days > 1500, `${days} days`);
    assert(waiting > 5, `${waiting} days wait for a correction`);
  });

  it('knows who was inside at any instant', async () => {
    for (const hour of [15, 38, 70, 122]) {
      const at = Date.parse('2026-03-23T00:00:00Z') + hour * 60 * MINUTE;
      const seen = await engine.muster({ at });
      const inside = everybody.filter((person) => isInside(person, at));
      assert.deepEqual(seen.map(({ person }) => person).sort(), inside.map(({ id }) => id).sort());
    }
  });

  /** The last named passage before an instant was an entry. */
  function isInside({ events }: ScriptedPerson, at: number): boolean {
    const last = events.findLast((event) => event.way !== 'lost' && event.at <= at);
    return last?.way === 'in';
  }

  it('lets goods out as the conditions of the firms say', async () => {
    for (const { visitor, expected: may, decision } of exits) {
      const reasons = may ? [] : ['exitBlocked'];
      assert.deepEqual(
        decision.reasons,
        reasons,
        `${visitor} at ${new Date(decision.at).toISOString()}`,
      );
    }
    const granted = exits.filter(({ decision }) => decision.outcome === 'granted').length;
    assert(granted > 10 && exits.length - granted > 10, `${granted} of ${exits.length} exits`);
    const open = await engine.openDeals({ limit: 1000 });
    assert.deepEqual(
      open.map(({ deal }) => deal),
      [],
      'whoever left has no open deals',
    );
  });

  it('follows when exits without a name are given one', async () => {
    const lost = everybody.flatMap(({ id, events }) =>
      events.filter(({ way }) => way === 'lost').map(({ at }) => ({ id, at })),
    );
    const transits = await engine.transits({ from: START, to: END, unresolved: true, limit: 1000 });
    const unresolved = transits.map(({ passage }) => passage);
    assert.deepEqual(unresolved.map(({ at }) => at).sort(), lost.map(({ at }) => at).sort());
    const half = lost.filter((_, index) => index % 2 === 0);
    const report = await engine.correctPassages({
      corrections: half.map(({ id, at }) => ({
        ...{ person: id, direction: 'out', zoneFrom: 'site', zoneTo: null },
        corrects: unresolved.find((passage) => passage.at === at)?.id ?? '',
      })),
      author: AUTHOR,
      reason: 'seen on the camera',
    });
    assert.deepEqual(report.failed, []);
    for (const { at } of half) known.add(at);
    await assertTimesheets();
  });

  it('follows when the days with the fast clock are corrected in bulk', async () => {
    const staff = everybody.filter(({ employments }) => employments[0]?.firm === 'firm-00');
    const entry = {
      firm: 'firm-00',
      people: staff.map(({ id }) => id),
      reason: 'the clock was fast',
    };
    corrections = correctionsOf(
      ['2026-03-25', '2026-03-26'].flatMap((date) => [
        { ...entry, from: `${date}T07:30`, to: `${date}T08:30`, present: false },
        { ...entry, from: `${date}T08:00`, to: `${date}T17:00` },
      ]),
      { firm: undefined, author: AUTHOR, at: END },
    );
    await change(
      corrections.map((value): Change => ({
        op: 'create',
        kind: 'timeCorrection',
        value: { ...value },
      })),
    );
    await assertTimesheets();
  });
});
