import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { violationsOf, type Standing } from '../../../lib/policy/presence/anti-passback.ts';
import { occupancyLevel, refusesMore } from '../../../lib/policy/presence/occupancy.ts';
import { lastTimeOfDay } from '../../../lib/policy/presence/reset.ts';
import { ZoneTree } from '../../../lib/policy/presence/tree.ts';
import { wayByPosition, wayThrough } from '../../../lib/policy/presence/way.ts';
import { Zone as TimeZone } from '../../../lib/policy/zone.ts';
import type { AntiPassback } from '../../../lib/model/zone.ts';

const MINUTE = 60_000;

describe('the rules of zones', () => {
  describe('a reset at a time of day', () => {
    const ZONES = ['Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Shanghai'];

    it('is the newest first showing of that time on the wall clock, in every season', function () {
      this.timeout(60_000);
      const zones = new Map(ZONES.map((name) => [name, new TimeZone(name)]));
      fc.assert(
        fc.property(
          fc.constantFrom(...ZONES),
          fc.integer({ min: 0, max: 1439 }),
          fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) }),
          (name, minute, now) => {
            const time = `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
            const zone = zones.get(name) ?? assert.fail();
            assert.equal(lastTimeOfDay(time, zone, now), oracle(time, name, now));
          },
        ),
        { numRuns: 300 },
      );
    });

    it('happens once on the day with two half past two, and after the gap on the day with none', () => {
      const madrid = new TimeZone('Europe/Madrid');
      const at = (text: string): number => Date.parse(text);
      const first = at('2026-10-25T00:30:00Z');
      assert.equal(lastTimeOfDay('02:30', madrid, first), first);
      assert.equal(lastTimeOfDay('02:30', madrid, first + 90 * MINUTE), first);
      assert.equal(
        lastTimeOfDay('02:30', madrid, at('2026-03-29T12:00Z')),
        at('2026-03-29T01:00Z'),
      );
      assert.equal(
        lastTimeOfDay('24:00', madrid, at('2026-06-10T12:00Z')),
        at('2026-06-09T22:00Z'),
      );
    });

    function pad(value: number): string {
      return String(value).padStart(2, '0');
    }

    /** Day by day back from tomorrow: what the standard's calendar says. */
    function oracle(time: string, name: string, now: number): number {
      const today = Temporal.Instant.fromEpochMilliseconds(now)
        .toZonedDateTimeISO(name)
        .toPlainDate();
      for (let back = -1; ; back++) {
        const day = today.subtract({ days: back });
        const plain = day.toPlainDateTime(Temporal.PlainTime.from(time));
        const shown = plain.toZonedDateTime(name, { disambiguation: 'earlier' });
        const gap = !shown.toPlainDateTime().equals(plain);
        const start = gap
          ? (shown.getTimeZoneTransition('next')?.epochMilliseconds ?? 0)
          : shown.epochMilliseconds;
        if (start <= now) return start;
      }
    }
  });

  describe('anti-passback', () => {
    const free: Omit<Standing, 'place'> = {
      enteredAgo: () => undefined,
      isEntering: () => false,
      inReach: true,
    };
    const tree = (antiPassback: AntiPassback): ZoneTree =>
      new ZoneTree([
        { id: 'yard', name: 'Yard' },
        { id: 'hall', name: 'Hall', parent: 'yard', antiPassback },
        { id: 'cage', name: 'Cage', parent: 'hall' },
      ]);
    const ENTRY = { direction: 'in', zoneFrom: 'yard', zoneTo: 'hall' } as const;
    const EXIT = { direction: 'out', zoneFrom: 'hall', zoneTo: 'yard' } as const;

    /** Each kind of violation, or nothing: by rule, way and what is known of the person. */
    const TABLE: [AntiPassback, typeof ENTRY | typeof EXIT, Partial<Standing>, string[]][] = [
      [{ mode: 'hard' }, ENTRY, { place: 'yard' }, []],
      [{ mode: 'hard' }, ENTRY, { place: 'hall' }, ['position!']],
      [{ mode: 'hard' }, ENTRY, { place: 'cage' }, ['position!']],
      [{ mode: 'hard' }, ENTRY, { place: undefined }, ['position!']],
      [{ mode: 'hard' }, ENTRY, { place: null }, []],
      [{ mode: 'hard' }, EXIT, { place: 'hall' }, []],
      [{ mode: 'hard' }, EXIT, { place: 'cage' }, []],
      [{ mode: 'hard' }, EXIT, { place: 'yard' }, ['position!']],
      [{ mode: 'hard' }, EXIT, { place: null }, []],
      [{ mode: 'soft' }, ENTRY, { place: 'hall' }, ['position']],
      [{ mode: 'soft' }, EXIT, { place: 'yard' }, ['position']],
      [{ mode: 'off' }, ENTRY, { place: 'hall' }, []],
      [{ mode: 'off', minutes: 5 }, ENTRY, { place: 'yard', enteredAgo: () => 0 }, ['timed!']],
      [{ mode: 'off', minutes: 5 }, ENTRY, { place: null, enteredAgo: () => 299_999 }, ['timed!']],
      [{ mode: 'off', minutes: 5 }, ENTRY, { place: 'yard', enteredAgo: () => 300_000 }, []],
      [{ mode: 'soft', minutes: 5 }, ENTRY, { place: 'yard', enteredAgo: () => 0 }, ['timed']],
      [{ mode: 'off', minutes: 5 }, EXIT, { place: 'yard', enteredAgo: () => 0 }, []],
      [{ mode: 'off', nested: true }, ENTRY, { place: undefined }, ['nested!']],
      [{ mode: 'off', nested: true }, ENTRY, { place: 'cage' }, []],
      [{ mode: 'off', nested: true }, ENTRY, { place: null }, []],
      [{ mode: 'hard' }, ENTRY, { place: 'yard', isEntering: () => true }, ['entering!']],
      [{ mode: 'soft' }, ENTRY, { place: 'yard', isEntering: () => true }, []],
      [{ mode: 'hard' }, EXIT, { place: 'hall', isEntering: () => true }, []],
      [{ mode: 'hard' }, ENTRY, { place: 'yard', inReach: false }, ['outOfReach']],
      [{ mode: 'soft', unreachable: 'deny' }, ENTRY, { inReach: false }, ['outOfReach!']],
      [{ mode: 'hard', unreachable: 'deny' }, EXIT, { place: 'hall', inReach: false }, []],
    ];

    for (const [rules, way, known, expected] of TABLE) {
      const { place = known.place === null ? null : undefined } = known;
      const where = place === null ? 'anywhere' : (place ?? 'outside');
      const title = `${JSON.stringify(rules)}, ${way.direction}, from ${where}, ${Object.keys(known).slice(1).join()}`;
      it(`finds ${expected.join() || 'nothing'}: ${title}`, () => {
        const zones = tree(rules);
        const standing = { ...free, place: undefined, ...known };
        if (rules.unreachable === 'deny' && known.place === undefined) standing.place = 'yard';
        const found = violationsOf(zones, wayThrough(zones, way), standing);
        assert.deepEqual(
          found.map(({ kind, refused }) => (refused ? `${kind}!` : kind)),
          expected,
        );
      });
    }
  });

  it('of a reader for both ways bring back whoever is behind it, and everybody else in', () => {
    const tree = new ZoneTree([
      { id: 'yard', name: 'Yard' },
      { id: 'hall', name: 'Hall', parent: 'yard' },
    ]);
    const inner = { direction: 'in', zoneFrom: 'yard', zoneTo: 'hall' } as const;
    assert.equal(wayByPosition(tree, inner, 'yard').to, 'hall');
    assert.equal(wayByPosition(tree, inner, 'hall').to, 'yard');
    assert.equal(wayByPosition(tree, inner, undefined).to, 'hall');
    const exit = { direction: 'out', zoneFrom: 'hall', zoneTo: 'yard' } as const;
    assert.equal(wayByPosition(tree, exit, 'hall').direction, 'out');
    assert.equal(wayByPosition(tree, exit, 'yard').direction, 'in');
  });

  it('of occupancy reach their levels at 85, 95 and 100 %', () => {
    const occupancy = { limit: 20, full: 'deny' } as const;
    const levels = [16, 17, 18, 19, 20, 21].map((people) => occupancyLevel(occupancy, people));
    assert.deepEqual(levels, [0, 85, 85, 95, 100, 100]);
    assert.deepEqual([refusesMore(occupancy, 19), refusesMore(occupancy, 20)], [false, true]);
    assert.equal(refusesMore({ limit: 20, full: 'report' }, 30), false);
  });

  it('end where zones are parents of each other', () => {
    const tree = new ZoneTree([
      { id: 'a', name: 'A', parent: 'b' },
      { id: 'b', name: 'B', parent: 'a' },
    ]);
    assert.deepEqual(tree.chain('a'), ['a', 'b']);
  });
});
