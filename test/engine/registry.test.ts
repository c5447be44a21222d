import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquireEngine, type EngineHandle } from '../../lib/engine/registry.ts';
import type { EngineConfig } from '../../lib/model/site.ts';
import { reached, TEST_MASTER } from '../support/engine-client.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { SAMPLE_CONFIG } from '../support/sample-site.ts';

describe('engine: shares of one process', function () {
  this.timeout(30_000);
  let folder: string;
  let held: EngineHandle[];

  beforeEach(() => {
    folder = makeFolder();
    held = [];
  });
  afterEach(async () => {
    for (const handle of held) await handle.release();
    removeFolder(folder);
  });

  /** Takes a share that ends at once with the last release, unless it may linger. */
  async function acquire(path = folder, linger = 0): Promise<EngineHandle> {
    const env = { GATEWIRE_MASTER_KEY: TEST_MASTER };
    const handle = acquireEngine({ folder: path, env, linger });
    held.push(handle);
    await reached(handle, 'up');
    return handle;
  }

  async function starts({ engine }: EngineHandle): Promise<number> {
    const events = await engine.readRecords({ stream: 'event', after: 0, limit: 100 });
    return events.filter(({ body }) => body.code === 'engineStarted').length;
  }

  const siteOf = (id: string): EngineConfig => ({
    ...SAMPLE_CONFIG,
    site: { ...SAMPLE_CONFIG.site, id, name: `Site ${id}` },
  });

  it('belong to whoever names the same folder, by whatever path', async () => {
    const alias = `${folder}-alias`;
    symlinkSync(folder, alias);
    const first = await acquire();
    const second = await acquire(alias);
    await first.engine.configure(siteOf('a'));
    assert.equal((await second.engine.health()).accessPoints, 4);
    await first.release();
    assert.equal(await starts(second), 1);
    removeFolder(alias);
  });

  it('survive a deploy: close and open again', async () => {
    const before = await acquire(folder, 10_000);
    await before.release();
    const after = await acquire();
    assert.equal(await starts(after), 1);
    assert.equal(after.state, 'up');
  });

  it('end the process with the last one', async () => {
    const first = await acquire();
    await first.release();
    assert.equal(first.state, 'down');
    await assert.rejects(first.engine.health(), { code: 'ENGINE_UNAVAILABLE' });
    assert.equal(await starts(await acquire()), 2);
  });

  it('are refused to a second site, until the first has gone', async () => {
    const first = await acquire();
    const second = await acquire();
    await first.engine.configure(siteOf('a'));
    await assert.rejects(second.engine.configure(siteOf('b')), {
      code: 'CONFIG_INVALID',
      message: /belongs to the site "Site a"/,
    });
    await second.engine.configure(siteOf('a'));
    await first.release();
    await second.engine.configure(siteOf('b'));
  });

  it('take their subscriptions with them', async () => {
    const first = await acquire();
    const second = await acquire();
    const heard: string[] = [];
    first.engine.on('alarm', () => heard.push('first'));
    second.engine.on('alarm', () => heard.push('second'));
    await first.release();
    await second.engine.recordEvent({ category: 'alarm', code: 'doorForced' });
    assert.deepEqual(heard, ['second']);
  });

  it('are not given for a folder that cannot be made', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    assert.throws(() => acquireEngine({ folder: join(file, 'data') }), { code: 'CONFIG_INVALID' });
  });
});
