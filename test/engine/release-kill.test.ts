import assert from 'node:assert/strict';
import type { EngineClient } from '../../lib/engine/client.ts';
import { toAccessError } from '../../lib/model/errors.ts';
import { bundledEngine } from '../support/engine-bundle.ts';
import { PROMPT, reached, TEST_MASTER } from '../support/engine-client.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  dealChange,
  leave,
  markAll,
  markOf,
  passageOf,
  RELEASE_CHANGES,
  RELEASE_CONFIG,
} from '../support/release-site.ts';

const KILLS = 8;

describe('engine: killed while goods go out', function () {
  this.timeout(120_000);
  let bundle: string;
  let folder: string;
  let client: EngineClient;

  before(async () => {
    bundle = makeFolder();
    folder = makeFolder();
    const { openEngineClient } = await bundledEngine(bundle);
    const env = { GATEWIRE_MASTER_KEY: TEST_MASTER };
    client = openEngineClient({ folder, env, delays: PROMPT });
    await client.ready();
    await client.engine.configure(RELEASE_CONFIG);
    await client.engine.change({ changes: RELEASE_CHANGES, options: { author: 'test' } });
  });
  after(async () => {
    await client.close();
    removeFolder(folder);
    removeFolder(bundle);
  });

  async function kill(): Promise<void> {
    assert.ok(client.pid);
    process.kill(client.pid, 'SIGKILL');
    await reached(client, 'down');
    await reached(client, 'up');
  }

  /** Does it again until it is known to be done, as a journal or an accounting system does. */
  async function surely<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (toAccessError(error).code !== 'ENGINE_UNAVAILABLE') throw error;
        await reached(client, 'up');
      }
    }
  }

  const open = async (): Promise<string[]> =>
    (await client.engine.openDeals({})).map(({ deal }) => deal);

  async function openDeal(id: string): Promise<void> {
    const change = dealChange(id, { openedAt: Date.now() });
    const report = await client.engine.change({ changes: [change], options: { author: 'test' } });
    assert.deepEqual(report.failed, []);
  }

  it('between grant and passage, closes the deal with the passage', async () => {
    for (let turn = 0; turn < KILLS; turn++) {
      const id = `between-${turn}`;
      await openDeal(id);
      await markAll(client.engine, id);
      const decision = await leave(client.engine, Date.now());
      assert.equal(decision.outcome, 'granted');
      await kill();
      assert.deepEqual(await open(), [id]);
      await surely(() => client.engine.recordPassage(passageOf(decision)));
      assert.deepEqual(await open(), []);
    }
  });

  it('during the passage, has recorded it and closed the deal, or neither', async () => {
    for (let turn = 0; turn < KILLS; turn++) {
      const id = `during-${turn}`;
      await openDeal(id);
      await markAll(client.engine, id);
      const passage = passageOf(await leave(client.engine, Date.now()));
      const recording = client.engine.recordPassage(passage).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, turn));
      await Promise.all([kill(), recording]);
      const [newest] = await client.engine.recentRecords({ stream: 'passage', limit: 1 });
      const isRecorded = newest?.body.id === passage.id;
      assert.deepEqual(await open(), isRecorded ? [] : [id]);
      await surely(() => client.engine.recordPassage(passage));
      assert.deepEqual(await open(), []);
    }
  });

  it('during a mark, has counted its key once', async () => {
    await openDeal('marked');
    for (let turn = 0; turn < KILLS; turn++) {
      const request = markOf('marked', 'goods', { key: `key-${turn}` });
      const first = client.engine.markDeal(request).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, turn));
      await kill();
      const answer = await surely(() => client.engine.markDeal(request));
      assert.deepEqual((await first) ?? answer, answer);
      const recent = await client.engine.recentRecords({ stream: 'event', limit: 100 });
      const marked = recent.filter(({ body }) => body.details?.key === request.key);
      assert.equal(marked.length, 1);
    }
  });
});
