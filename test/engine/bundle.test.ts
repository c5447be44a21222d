import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { EngineClient } from '../../lib/engine/client.ts';
import { bundledEngine } from '../support/engine-bundle.ts';
import { TEST_MASTER } from '../support/engine-client.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { SAMPLE_CHANGES, SAMPLE_CONFIG } from '../support/sample-site.ts';

describe('engine: as the package ships it', function () {
  this.timeout(60_000);
  let bundle: string;
  let folder: string;
  let client: EngineClient;

  before(async () => {
    bundle = makeFolder();
    folder = makeFolder();
    const { openEngineClient } = await bundledEngine(bundle);
    client = openEngineClient({ folder, env: { GATEWIRE_MASTER_KEY: TEST_MASTER } });
    await client.ready();
    await client.engine.configure(SAMPLE_CONFIG);
    await client.engine.change({ changes: SAMPLE_CHANGES, options: { author: 'test' } });
  });
  after(async () => {
    await client.close();
    removeFolder(folder);
    removeFolder(bundle);
  });

  it('finds its writer', async () => {
    assert.equal((await client.engine.find({ kind: 'person' })).length, 3);
  });

  it('finds the thread for reports', async () => {
    const changes = [
      {
        op: 'put' as const,
        kind: 'firm' as const,
        value: { id: 'firm', name: 'Firm', roles: ['employer'] },
      },
    ];
    await client.engine.change({ changes, options: { author: 'test' } });
    const timesheet = await client.engine.timesheet({
      firm: 'firm',
      from: '2026-03-01',
      to: '2026-03-31',
    });
    assert.equal(timesheet.firm.id, 'firm');
  });

  it('finds the program for backups', async () => {
    const { bytes } = await client.engine.backup({ file: join(folder, 'copy.db') });
    assert.ok(bytes > 0);
  });
});
