import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EngineClient } from '../../../lib/engine/client.ts';
import { stayOfRow } from '../../../lib/engine/store/presence/rows.ts';
import type { Passage } from '../../../lib/model/decision.ts';
import type { RecordBodies } from '../../../lib/model/record.ts';
import { uuidv7 } from '../../../lib/model/ids.ts';
import { optional } from '../../../lib/model/optional.ts';
import { historyOracle } from '../../policy/presence/history-oracle.ts';
import { bundledEngine } from '../../support/engine-bundle.ts';
import { PROMPT, TEST_MASTER, reached } from '../../support/engine-client.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import { PEOPLE, ZONED_CONFIG, ZONES } from '../../support/zoned-site.ts';

const KILLS = 20;
/** Milliseconds of passages before each kill, at most. */
const LONGEST_LIFE = 150;
const WALKERS = 4;

describe('positions, with the engine killed between passages', function () {
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
    await client.engine.configure(ZONED_CONFIG);
    const changes = ZONES.map((value) => ({ op: 'put' as const, kind: 'zone' as const, value }));
    await client.engine.change({ changes, options: { author: 'test' } });
  });
  after(async () => {
    await client.close();
    removeFolder(folder);
    removeFolder(bundle);
  });

  const anyOf = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(Math.random() * list.length)];
    assert.ok(one !== undefined);
    return one;
  };

  /** Sometimes a little late, so that the history is rebuilt in the middle. */
  function somePassage(): Passage {
    const { id: accessPoint, direction, zoneFrom, zoneTo } = anyOf(ZONED_CONFIG.accessPoints);
    return {
      ...{ id: uuidv7(), accessPoint, direction, outcome: 'taken', confirmed: true },
      person: anyOf(PEOPLE),
      at: Date.now() - Math.floor(Math.random() * 300),
      ...optional('zoneFrom', zoneFrom),
      ...optional('zoneTo', zoneTo),
    };
  }

  it(`are, after ${KILLS} kills, what the passage records lead to, and nothing acknowledged is lost`, async () => {
    const acknowledged = new Set<string>();
    let isOver = false;
    const walk = async (): Promise<void> => {
      while (!isOver) {
        const passage = somePassage();
        await client.engine.recordPassage(passage).then(
          () => acknowledged.add(passage.id),
          () => reached(client, 'up'),
        );
      }
    };
    const walking = Array.from({ length: WALKERS }, walk);
    for (let kill = 0; kill < KILLS; kill++) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE));
      assert.ok(client.pid);
      process.kill(client.pid, 'SIGKILL');
      await reached(client, 'down');
      await reached(client, 'up');
    }
    isOver = true;
    await Promise.all(walking);
    await compare(acknowledged);
  });

  async function compare(acknowledged: ReadonlySet<string>): Promise<void> {
    const db = new DatabaseSync(path.join(folder, 'gateway.db'), { readOnly: true });
    const passages = db
      .prepare('SELECT body FROM passage_record ORDER BY seq')
      .all()
      .map(({ body }) => JSON.parse(String(body)) as RecordBodies['passage']);
    const recorded = new Set(passages.map(({ id }) => id));
    assert.deepEqual(
      [...acknowledged].filter((id) => !recorded.has(id)),
      [],
    );
    assert.ok(acknowledged.size > KILLS);
    const parents = new Map(ZONES.map(({ id, parent }) => [id, parent]));
    const chain = (place: string | undefined): string[] =>
      place === undefined ? [] : [place, ...chain(parents.get(place))];
    for (const person of PEOPLE) {
      const oracle = historyOracle(passages, person, chain);
      const { state, zone, passage } = await client.engine.position({ person });
      assert.deepEqual([zone, passage], [oracle.position?.zone, oracle.position?.passage], state);
      const rows = db.prepare('SELECT * FROM stay WHERE person = ?').all(person).map(stayOfRow);
      const plain = (list: readonly object[]) =>
        list.map((stay) => JSON.stringify(stay, STAY)).sort();
      assert.deepEqual(plain(rows), plain(oracle.stays));
    }
    db.close();
  }
});

const STAY = ['zone', 'since', 'until', 'entered', 'left', 'enteredBy', 'leftBy'];
