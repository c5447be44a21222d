import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Temporal } from 'temporal-polyfill';
import { isAccessError } from '../../lib/model/errors.ts';
import { momentAt } from '../../lib/policy/moment.ts';
import { periodEnd, periodStart } from '../../lib/policy/local-time.ts';
import { Zone } from '../../lib/policy/zone.ts';
import { instantOf } from './support/temporal-oracle.ts';
import { ALL_ZONES, transitionsOf } from './support/zones.ts';

const HOUR = 3_600_000;

describe('zone', () => {
  it('refuses a zone that does not exist with CONFIG_INVALID', () => {
    for (const name of ['Mars/Olympus', '', 'Europe/madrid;']) {
      assert.throws(
        () => new Zone(name),
        (error) => isAccessError(error) && error.code === 'CONFIG_INVALID',
      );
    }
  });

  it('knows the offsets of ordinary, half-hour and forgotten times', () => {
    const offsets: [zone: string, at: string, hours: number][] = [
      ['UTC', '2026-01-01T00:00Z', 0],
      ['Europe/Madrid', '2026-03-29T00:59:59.999Z', 1],
      ['Europe/Madrid', '2026-03-29T01:00:00Z', 2],
      ['Asia/Kolkata', '2026-01-01T00:00Z', 5.5],
      ['Asia/Kathmandu', '2026-01-01T00:00Z', 5.75],
      ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 10.5],
      ['America/St_Johns', '2026-01-01T00:00Z', -3.5],
      ['Pacific/Kiritimati', '9999-12-31T23:59:59Z', 14],
      ['Africa/Monrovia', '1971-06-01T00:00Z', -44.5 / 60],
    ];
    for (const [name, at, hours] of offsets) {
      assert.equal(new Zone(name).segmentAt(Date.parse(at)).offset, hours * HOUR, `${name} ${at}`);
    }
  });

  it('moves a reading in the gap behind the gap, and takes the first or last of a double one', () => {
    const madrid = new Zone('Europe/Madrid');
    const gap = Date.parse('2026-03-29T01:00:00Z');
    for (const edge of ['start', 'end'] as const) {
      assert.equal(madrid.toInstant(periodStart('2026-03-29T02:30:00'), edge), gap);
      assert.equal(madrid.toInstant(periodStart('2026-03-29T02:00:00'), edge), gap);
      assert.equal(madrid.toInstant(periodStart('2026-03-29T03:00:00'), edge), gap);
    }
    const double = periodStart('2026-10-25T02:30:00');
    assert.equal(madrid.toInstant(double, 'start'), Date.parse('2026-10-25T00:30:00Z'));
    assert.equal(madrid.toInstant(double, 'end'), Date.parse('2026-10-25T01:30:00Z'));
    assert.equal(madrid.toInstant(-Infinity, 'start'), -Infinity);
    assert.equal(madrid.toInstant(Infinity, 'end'), Infinity);
  });

  it('begins a day whose midnight does not exist at its first moment', () => {
    const santiago = new Zone('America/Santiago');
    const start = Date.parse('2026-09-06T04:00:00Z');
    assert.equal(santiago.toInstant(periodStart('2026-09-06'), 'start'), start);
    assert.equal(santiago.toInstant(periodEnd('2026-09-05'), 'end'), start);
  });

  it('agrees with Temporal around every change of every zone', function () {
    this.timeout(60_000);
    for (const name of ALL_ZONES) {
      const zone = new Zone(name);
      for (const change of transitionsOf(name)) {
        for (const at of [change - 1, change, change + HOUR, change - 26 * HOUR]) {
          const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(name);
          const offset = zoned.offsetNanoseconds / 1e6;
          assert.equal(zone.segmentAt(at).offset, offset, `${name} ${zoned.toString()}`);
        }
        for (const shift of [-90, -60, -30, 0, 30, 59, 60, 90]) {
          const { offset } = zone.segmentAt(change - 1);
          const local = change + offset + shift * 60_000;
          const plain = Temporal.PlainDateTime.from(new Date(local).toISOString().slice(0, -1));
          const where = `${name} ${plain.toString()}`;
          assert.equal(zone.toInstant(local, 'start'), instantOf(plain, name, 'earlier'), where);
          assert.equal(zone.toInstant(local, 'end'), instantOf(plain, name, 'later'), where);
        }
      }
    }
  });

  it('compares local periods at any moment as their instants would', () => {
    for (const name of [
      'Europe/Madrid',
      'Australia/Lord_Howe',
      'America/Havana',
      'Africa/Casablanca',
    ]) {
      const zone = new Zone(name);
      for (const change of transitionsOf(name)) {
        for (let minutes = -150; minutes <= 150; minutes += 15) {
          const now = change + minutes * 60_000;
          const moment = momentAt(zone, now, true);
          for (let shift = -180; shift <= 180; shift += 15) {
            const local = change + zone.segmentAt(change).offset + shift * 60_000;
            const where = `${name} ${new Date(now).toISOString()} ${shift}`;
            assert.equal(local <= moment.begun, zone.toInstant(local, 'start') <= now, where);
            assert.equal(local > moment.ended, zone.toInstant(local, 'end') > now, where);
          }
        }
      }
    }
  });
});
