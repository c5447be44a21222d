import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import { perform, type Request } from '../../lib/people/perform.ts';
import { MODEL, consent, done, face } from '../engine/faces/support.ts';
import { modelOf } from '../face/support.ts';
import { TestClock } from '../support/clock.ts';
import { openSampleEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';

describe('erasure at the people node', () => {
  let folder: string;
  let engine: EngineService;

  before(async () => {
    folder = makeFolder();
    engine = await openSampleEngine(folder, new TestClock());
    await done(engine, consent('anna'), face('f1', 'anna'));
  });
  after(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const erase = (value: unknown, more: Partial<Request> = {}) =>
    perform(
      {
        ...{ engine, open: (sealed: string) => sealed, existing: 'merge', dryRun: false },
        ...{ signal: new AbortController().signal, onProgress: () => undefined },
        ...{ encoding: 'utf-8', format: 'json', separator: ',' },
      },
      { operation: 'erase', kind: undefined, value, author: 'desk', ...more },
    );

  it('refuses a firm: others may know the person, too', async () => {
    const scope = { firm: 'A' };
    await assert.rejects(erase({ person: 'anna' }, { scope }), { code: 'FORBIDDEN' });
    assert.equal((await engine.faceState({})).templates, 1);
  });

  it('refuses what is not understood', async () => {
    await assert.rejects(erase('anna'), { code: 'INPUT_INVALID' });
    await assert.rejects(erase({ person: 'anna', what: 'everything' }), { code: 'INPUT_INVALID' });
  });

  it('lists whose face has to be enrolled anew, and sends no photo that is not there', async () => {
    await engine.useFaceModel({ model: modelOf(32) });
    const { payload } = await erase(undefined, { operation: 'reenrolments' });
    assert.deepEqual(payload, [
      { credential: 'f1', person: 'anna', model: MODEL, reason: 'MODEL_MISMATCH' },
    ]);
    const again = erase({ person: 'anna' }, { operation: 'resendPhoto' });
    await assert.rejects(again, { code: 'NOT_FOUND' });
    const scope = { firm: 'A' };
    for (const operation of ['reenrolments', 'faceReport', 'resendPhoto'] as const) {
      await assert.rejects(erase({ person: 'anna' }, { operation, scope }), { code: 'FORBIDDEN' });
    }
  });

  it('answers with a receipt; faces go, unless the whole person shall', async () => {
    const { payload } = await erase({ person: 'anna' });
    const { credentials, pictures } = payload as { credentials: string[]; pictures: number };
    assert.deepEqual([credentials, pictures], [['f1'], 0]);
    assert.equal((await engine.find({ kind: 'person', id: 'anna' })).length, 1);
    await erase({ person: 'anna', what: 'person' });
    assert.equal((await engine.find({ kind: 'person', id: 'anna' })).length, 0);
  });
});
