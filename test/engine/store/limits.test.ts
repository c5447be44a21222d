import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { openStore } from '../../../lib/engine/store/open.ts';
import type { StoreLimits } from '../../../lib/engine/store/store.ts';
import { verifyLog } from '../../../lib/engine/store/verify.ts';
import { STREAMS, type EventEntry } from '../../../lib/model/record.ts';
import { LOG_KEY, StoreBench, WIDE, accessRecord, eventRecord } from './support.ts';

describe('the limits of the log', () => {
  let bench: StoreBench;
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(() => bench.clear());

  const open = (limits: Partial<StoreLimits>, folder = bench.folder()) =>
    bench.open(folder, { limits: { ...WIDE, ...limits } });
  const codes = () => bench.events.map(({ code }) => code);

  it('keeps the newest acknowledged records only, and every unsent one', async () => {
    const folder = bench.folder();
    const { store } = await open({ ring: 3 }, folder);
    for (let row = 1; row <= 10; row += 1) await store.append(accessRecord());
    assert.equal((await store.health()).streams.access.first, 1);
    await store.acknowledge('access', 6);
    const { access } = (await store.health()).streams;
    assert.deepEqual(access, { first: 4, last: 10, acknowledged: 6, overwritten: 0 });
    assert.equal((await store.readRecords('access', 0, 100)).length, 7);
    assert.equal(verifyLog(folder, LOG_KEY).ok, true);
  });

  it('can do without any acknowledged record and goes on counting', async () => {
    const folder = bench.folder();
    const { store } = await open({ ring: 0 }, folder);
    await store.append(accessRecord());
    await store.acknowledge('access', 1);
    assert.equal((await store.health()).streams.access.first, 0);
    await store.close();
    const again = await open({ ring: 0 }, folder);
    assert.equal((await again.store.append(accessRecord())).seq, 2);
    assert.equal(verifyLog(folder, LOG_KEY).ok, true);
  });

  it('moves an acknowledgement forward only, and only to records that exist', async () => {
    const { store } = await open({});
    for (let row = 1; row <= 3; row += 1) await store.append(accessRecord());
    await store.acknowledge('access', 2);
    await store.acknowledge('access', 1);
    assert.equal((await store.health()).streams.access.acknowledged, 2);
    for (const seq of [4, -1, 1.5, NaN]) {
      await assert.rejects(store.acknowledge('access', seq), { code: 'INPUT_INVALID' });
    }
    assert.equal((await store.health()).streams.access.acknowledged, 2);
  });

  it('overwrites the oldest unsent records beyond the quota and says which', async () => {
    const folder = bench.folder();
    const { store } = await open({ quotaRecords: 100 }, folder);
    await Promise.all(Array.from({ length: 130 }, () => store.append(accessRecord())));
    const { streams, quota } = await store.health();
    const alarm = bench.events.find(({ code }) => code === 'recordsOverwritten');
    const lost = streams.access.overwritten;
    assert.deepEqual(alarm?.details, { stream: 'access', from: 1, to: lost, count: lost });
    assert.equal(streams.access.first, lost + 1);
    assert.equal(streams.access.last - lost + streams.event.last, 100);
    assert.equal(quota, 1);
    assert.equal(verifyLog(folder, LOG_KEY).ok, true);
  });

  it('announces overwriting at once, then once a minute, and every number once', async () => {
    const { store } = await open({ quotaRecords: 100 });
    const ranges = () =>
      bench.events
        .filter(({ code }) => code === 'recordsOverwritten')
        .map(({ details }) => [details?.from, details?.to] as [number, number]);
    for (let row = 1; row <= 150; row += 1) await store.append(accessRecord());
    assert.equal(ranges().length, 1);
    bench.clock.time += 61_000;
    await store.append(accessRecord());
    await store.append(accessRecord());
    await store.close();
    const told = ranges();
    assert.equal(told.length, 3);
    assert.equal(told[0]?.[0], 1);
    for (const [index, [from]] of told.entries()) {
      if (index > 0) assert.equal(from, (told[index - 1]?.[1] ?? NaN) + 1);
    }
  });

  it('lets the fullest stream pay and spares the others', async () => {
    const { store } = await open({ quotaRecords: 100 });
    for (let row = 1; row <= 20; row += 1) await store.append(eventRecord());
    await Promise.all(Array.from({ length: 300 }, () => store.append(accessRecord())));
    const { streams } = await store.health();
    assert.equal(streams.event.overwritten, 0);
    assert.ok(streams.access.overwritten >= 220);
  });

  it('holds the quota in bytes as well', async () => {
    const { store } = await open({ quotaBytes: 200_000 });
    const big = 'x'.repeat(5000);
    for (let row = 1; row <= 60; row += 1) await store.append(accessRecord(big));
    const { streams, quota } = await store.health();
    assert.ok(streams.access.overwritten > 15, `${streams.access.overwritten}`);
    assert.ok(quota <= 1 && quota > 0.9, `${quota}`);
  });

  it('raises an alarm at 70, 85 and 95 %, once each, and shows the level', async () => {
    const { store } = await open({ quotaRecords: 1000 });
    const fill = (count: number) =>
      Promise.all(Array.from({ length: count }, () => store.append(accessRecord())));
    const problems = async () => (await store.health()).problems;
    await fill(699);
    assert.deepEqual([codes(), await problems()], [[], []]);
    await fill(5);
    assert.deepEqual([codes(), await problems()], [['quota70'], ['quota70']]);
    await fill(150);
    assert.deepEqual([codes(), await problems()], [['quota70', 'quota85'], ['quota85']]);
    await fill(100);
    assert.deepEqual(await problems(), ['quota95']);
    await store.acknowledge('access', 100);
    assert.deepEqual(await problems(), ['quota85']);
    await store.acknowledge('access', 900);
    assert.deepEqual(await problems(), []);
    assert.deepEqual(codes(), ['quota70', 'quota85', 'quota95']);
    assert.ok(bench.events.every(({ category }) => category === 'alarm'));
  });

  it('does not alarm again and again at the border of a level', async () => {
    const { store } = await open({ quotaRecords: 100 });
    await Promise.all(Array.from({ length: 70 }, () => store.append(accessRecord())));
    for (let seq = 1; seq <= 4; seq += 1) {
      await store.acknowledge('access', seq);
      await store.append(accessRecord());
    }
    assert.deepEqual(codes(), ['quota70']);
  });

  it('drops nothing before it knows the limits of its site', async () => {
    const folder = bench.folder();
    const keys = { logMac: LOG_KEY };
    const { store } = await openStore({ folder, keys, clock: bench.clock });
    await Promise.all(Array.from({ length: 2100 }, () => store.append(accessRecord())));
    await store.acknowledge('access', 2090);
    assert.equal((await store.health()).streams.access.first, 1);
    await store.setLimits({ ...WIDE, ring: 2050 });
    assert.equal((await store.health()).streams.access.first, 41);
    await store.close();
  });

  it('holds what it is opened with for no news when it learns the limits', async () => {
    const folder = bench.folder();
    const { store } = await open({}, folder);
    await Promise.all(Array.from({ length: 80 }, () => store.append(accessRecord())));
    await store.close();
    const keys = { logMac: LOG_KEY };
    const event = (entry: EventEntry) => bench.events.push(entry);
    const again = await openStore({ folder, keys, clock: bench.clock, listener: { event } });
    await again.store.setLimits({ ...WIDE, quotaRecords: 100 });
    await again.store.append(accessRecord());
    assert.deepEqual(codes(), []);
    assert.ok((await again.store.health()).problems.includes('quota70'));
    await again.store.close();
  });

  it('takes over new limits at once', async () => {
    const { store } = await open({});
    await Promise.all(Array.from({ length: 300 }, () => store.append(accessRecord())));
    await store.acknowledge('access', 100);
    await store.setLimits({ ...WIDE, ring: 10, quotaRecords: 150 });
    const { streams } = await store.health();
    assert.equal(streams.access.last - streams.access.first + 1 + streams.event.last, 150);
  });

  it('knows at every time how much waits to be sent', async function () {
    this.timeout(60_000);
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 40 }), size: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ acknowledge: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const folder = bench.folder();
        const limits = { ring: 7, quotaRecords: 100, quotaBytes: 50_000 };
        const { store } = await open(limits, folder);
        for (const item of steps) {
          if ('add' in item) {
            const text = 'я'.repeat(item.size);
            for (let n = 0; n < item.add; n += 1) void store.append(accessRecord(text));
          }
          const { last } = (await store.health()).streams.access;
          if ('acknowledge' in item) {
            await store.acknowledge('access', Math.floor(last * item.acknowledge));
          }
          const { quota } = await store.health();
          assert.ok(Math.abs(quota - usedQuota(folder)) < 1e-9 && quota <= 1);
        }
        await store.close();
        assert.equal(verifyLog(folder, LOG_KEY).ok, true);
      }),
      { numRuns: 10 },
    );
  });
});

/** Share of the quota of 100 records and 50,000 bytes, counted from the rows themselves. */
function usedQuota(folder: string): number {
  const db = new DatabaseSync(join(folder, 'gateway.db'), { readOnly: true });
  let [records, bytes] = [0, 0];
  for (const stream of STREAMS) {
    const row = db
      .prepare(
        `SELECT count(*) AS records, coalesce(sum(octet_length(body) + 150), 0) AS bytes
         FROM ${stream}_record WHERE seq > (SELECT acknowledged FROM stream WHERE name = ?)`,
      )
      .get(stream);
    records += Number(row?.records);
    bytes += Number(row?.bytes);
  }
  db.close();
  return Math.max(records / 100, bytes / 50_000);
}
