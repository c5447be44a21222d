import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { join } from 'node:path';
import type { EngineService } from '../../../lib/engine/facade.ts';
import { ReportThread } from '../../../lib/engine/reports/report-thread.ts';
import { DATABASE_FILE } from '../../../lib/engine/store/database.ts';
import { TestClock } from '../../support/clock.ts';
import { openSampleEngine } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';

const DAY = { person: 'anna', from: '2026-06-01', to: '2026-06-01' };
const MOMENT = { asOf: Date.UTC(2026, 5, 10), zone: 'Europe/Madrid' };

describe('the thread of the reports', () => {
  let folder: string;
  let engine: EngineService;
  beforeEach(async () => {
    folder = makeFolder();
    engine = await openSampleEngine(folder, new TestClock());
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  it('answers the reports in the order in which they were asked for', async () => {
    const thread = new ReportThread(join(folder, DATABASE_FILE));
    const done: number[] = [];
    await Promise.all(
      [1, 2, 3].map(async (number) => {
        await thread.run('attendance', DAY, MOMENT);
        done.push(number);
      }),
    );
    assert.deepEqual(done, [1, 2, 3]);
    await thread.close();
  });

  it('starts anew after it has died or taken too long', async () => {
    const impatient = new ReportThread(join(folder, DATABASE_FILE), 1);
    await assert.rejects(impatient.run('attendance', DAY, MOMENT), { code: 'BUSY' });
    await impatient.close();
    const thread = new ReportThread(join(folder, 'missing', DATABASE_FILE));
    await assert.rejects(thread.run('attendance', DAY, MOMENT), { code: 'INTERNAL' });
    await assert.rejects(thread.run('attendance', DAY, MOMENT), { code: 'INTERNAL' });
    await thread.close();
  });

  it('makes a few wait and refuses many', async () => {
    const thread = new ReportThread(join(folder, DATABASE_FILE));
    const reports = Array.from({ length: 60 }, () => thread.run('attendance', DAY, MOMENT));
    const results = await Promise.allSettled(reports);
    const refused = results.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 10);
    await thread.close();
    await assert.rejects(thread.run('attendance', DAY, MOMENT), { code: 'ENGINE_UNAVAILABLE' });
  });

  it('writes nothing', async () => {
    const thread = new ReportThread(join(folder, DATABASE_FILE));
    const before = await engine.health();
    await thread.run('attendance', DAY, MOMENT);
    assert.deepEqual((await engine.health()).store.streams, before.store.streams);
    await thread.close();
  });
});
