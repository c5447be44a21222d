import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import { explainFolder } from '../../lib/engine/explain-folder.ts';
import { TestClock } from '../support/clock.ts';
import { openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';

describe('engine: preview from the data folder', () => {
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

  const outcome = (person: string, at: string): string =>
    explainFolder({ folder, person, accessPoint: 'front', at }).explanation.outcome;

  it('answers as the engine does, beside it and after it, at local times', async () => {
    for (let round = 0; round < 2; round += 1) {
      assert.equal(outcome('boris', '2026-06-10T09:00'), 'granted');
      assert.equal(outcome('boris', '2026-06-10T08:59:59'), 'denied');
      assert.equal(outcome('boris', '2026-06-13'), 'denied');
      assert.equal(outcome('anna', '2026-06-13'), 'granted');
      const at = Date.UTC(2026, 5, 13);
      const query = { folder, person: 'boris', accessPoint: 'front', at: '2026-06-13T02:00' };
      const { explanation, zone } = explainFolder(query);
      assert.equal(zone, 'Europe/Madrid');
      assert.deepEqual(
        explanation,
        await engine.explain({ person: 'boris', accessPoint: 'front', at }),
      );
      await engine.close();
      if (round === 0) engine = await reopenEngine(folder, new TestClock());
    }
    assert.equal(outcome('anna', '2026-06-13'), 'granted', 'while nothing runs');
    engine = await reopenEngine(folder, new TestClock());
  });

  it('says what it cannot answer', () => {
    const query = { folder, person: 'anna', accessPoint: 'front' };
    assert.throws(() => explainFolder({ ...query, person: 'nobody' }), { code: 'NOT_FOUND' });
    assert.throws(() => explainFolder({ ...query, accessPoint: 'none' }), { code: 'NOT_FOUND' });
    assert.throws(() => explainFolder({ ...query, at: '2026-02-30' }), { code: 'INPUT_INVALID' });
    const other = makeFolder();
    assert.throws(() => explainFolder({ ...query, folder: other }), { code: 'STORE_BROKEN' });
    removeFolder(other);
  });
});
