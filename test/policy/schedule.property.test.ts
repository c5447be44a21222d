import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { HolidayGroup, Schedule as ScheduleModel } from '../../lib/model/schedule.ts';
import { compileSchedule, type Schedule } from '../../lib/policy/schedule.ts';
import { Zone } from '../../lib/policy/zone.ts';
import { holidaysAround, scheduleAround } from './support/schedules.ts';
import { TemporalOracle } from './support/temporal-oracle.ts';
import { ALL_ZONES, transitionsOf } from './support/zones.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Around the change itself, and in the days before and after it. */
const STEPS = [
  -1500, -1440, -121, -60, -46, -31, -1, 0, 1, 14, 29, 45, 60, 75, 90, 121, 1439, 1500,
];

interface Case {
  schedule: ScheduleModel;
  groups: HolidayGroup[];
  zone: string;
  at: number;
}

function caseAround(zone: string, at: number): fc.Arbitrary<Case> {
  return fc.record({
    schedule: scheduleAround(at),
    groups: holidaysAround(at),
    zone: fc.constant(zone),
    at: fc.constant(at),
  });
}

function compiled({ schedule, groups, zone }: Case): Schedule {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const result = compileSchedule(schedule, byId, new Zone(zone));
  assert(result !== undefined);
  return result;
}

function assertAsOracle(given: Case): void {
  const schedule = compiled(given);
  const oracle = new TemporalOracle(given.zone);
  for (const minutes of STEPS) {
    const now = given.at + minutes * MINUTE - (minutes % 2 === 0 ? 0 : 1);
    const expected = oracle.isOpen(given.schedule, given.groups, now);
    assert.equal(schedule.isOpen(now), expected, new Date(now).toISOString());
  }
}

describe('schedules against a slow oracle', () => {
  it('open and close as the wall clock says around the changes of every zone', function () {
    this.timeout(120_000);
    for (const zone of ALL_ZONES) {
      const changes = transitionsOf(zone);
      const at = changes.length > 0 ? changes : [Date.parse('2026-03-01T00:00Z')];
      const cases = fc.constantFrom(...at).chain((change) => caseAround(zone, change));
      fc.assert(fc.property(cases, assertAsOracle), { numRuns: 8 });
    }
  });

  it('stay as they are until the flip they foretell, and are different then', () => {
    const zones = ['Europe/Madrid', 'America/Santiago', 'Australia/Lord_Howe', 'Africa/Cairo'];
    const cases = fc
      .constantFrom(...zones)
      .chain((zone) => fc.constantFrom(...transitionsOf(zone)).chain((at) => caseAround(zone, at)));
    fc.assert(
      fc.property(cases, fc.integer({ min: -3 * DAY, max: 3 * DAY }), (given, shift) => {
        const schedule = compiled(given);
        const now = given.at + shift;
        const horizon = now + 30 * DAY;
        const open = schedule.isOpen(now);
        const flip = schedule.nextFlip(now, horizon);
        assert(flip > now && flip <= horizon);
        if (flip < horizon) assert.equal(schedule.isOpen(flip), !open);
        for (let at = now; at < flip; at += 15 * MINUTE) assert.equal(schedule.isOpen(at), open);
      }),
      { numRuns: 300 },
    );
  });
});
