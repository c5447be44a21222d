import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Change } from '../../lib/model/entity.ts';
import type { Master } from '../../lib/model/master.ts';
import { TestClock } from '../support/clock.ts';
import { newest, openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { SAMPLE_CHANGES, SAMPLE_CONFIG } from '../support/sample-site.ts';

describe('engine: the master of people and rights', () => {
  let folder: string;
  let engine: EngineService;

  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const configure = (master: Master) =>
    engine.configure({ ...SAMPLE_CONFIG, site: { ...SAMPLE_CONFIG.site, master } });
  const change = (changes: Change[]) => engine.change({ changes, options: { author: 'anna' } });
  const person: Change = { op: 'put', kind: 'person', value: { id: 'new', name: 'New' } };

  it('is the gateway itself unless the site says otherwise', async () => {
    engine = await openSampleEngine(folder, new TestClock());
    assert.deepEqual((await engine.health()).master, { master: 'local' });
    assert.equal((await change([person])).applied, 1);
  });

  it('is the server at once where nobody is enrolled yet, and stays it over a restart', async () => {
    engine = await reopenEngine(folder, new TestClock());
    await configure('cloud');
    assert.deepEqual((await engine.health()).master, { master: 'cloud' });
    const { body } = await newest(engine, 'event');
    assert.equal(body.code, 'configured');
    await engine.close();
    engine = await reopenEngine(folder, new TestClock());
    assert.deepEqual((await engine.health()).master, { master: 'cloud' });
    await assert.rejects(change([person]), { code: 'NOT_MASTER', message: /person.*cloud mode/ });
  });

  it('refuses every local change in cloud mode, and names the mode', async () => {
    engine = await reopenEngine(folder, new TestClock());
    await configure('cloud');
    for (const item of SAMPLE_CHANGES) {
      await assert.rejects(change([item]), { code: 'NOT_MASTER', message: /cloud mode/ });
    }
    await assert.rejects(
      change([
        { op: 'delete', kind: 'fitting', id: 'x' },
        { op: 'delete', kind: 'credential', id: 'x' },
      ]),
      { code: 'NOT_MASTER', message: /credential/ },
    );
    assert.equal((await engine.health()).persons, 0);
  });

  it('still lets the gateway keep its own journals in cloud mode', async () => {
    engine = await reopenEngine(folder, new TestClock());
    await configure('cloud');
    const { failed } = await change([{ op: 'delete', kind: 'fitting', id: 'x' }]);
    assert.deepEqual(
      failed.map(({ code }) => code),
      ['NOT_FOUND'],
    );
  });

  it('is nobody while a site with people is moved, and decisions go on', async () => {
    const clock = new TestClock();
    engine = await openSampleEngine(folder, clock);
    await configure('cloud');
    assert.deepEqual((await engine.health()).master, { master: 'local', movingTo: 'cloud' });
    await assert.rejects(change([person]), {
      code: 'NOT_MASTER',
      message: /moving from local to cloud/,
    });
    const before = (await engine.health()).persons;
    assert.ok(before > 0);
    await configure('local');
    assert.deepEqual((await engine.health()).master, { master: 'local' });
    assert.equal((await change([person])).applied, 1);
  });
});
