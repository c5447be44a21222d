import assert from 'node:assert/strict';
import type { EngineClient } from '../../lib/engine/client.ts';
import { deriveKeys } from '../../lib/engine/keys.ts';
import { verifyLog } from '../../lib/engine/store/verify.ts';
import type { Outcome } from '../../lib/model/decision.ts';
import { bundledEngine } from '../support/engine-bundle.ts';
import { PROMPT, reached, TEST_MASTER } from '../support/engine-client.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { allRecords } from '../support/records.ts';
import {
  ANNA_CARD,
  attemptAt,
  BORIS_CARD,
  card,
  CHIEF_CARD,
  SAMPLE_CHANGES,
  SAMPLE_CONFIG,
} from '../support/sample-site.ts';

const KILLS = 200;
const BUSY_READERS = 8;
/** The process lives at most this long under load before it is killed. Milliseconds. */
const LONGEST_LIFE = 200;
const CARDS = [ANNA_CARD, BORIS_CARD, CHIEF_CARD, '04DEADBEEF0000'];

/** What the engine has acknowledged: none of it may be lost. */
interface Acknowledged {
  decisions: Map<string, Outcome>;
  /** Decision of each claimed command, by the id of the command. */
  claims: Map<string, string>;
  results: Set<string>;
}

describe('engine: killed at random instants', function () {
  this.timeout(600_000);
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
    await client.engine.configure(SAMPLE_CONFIG);
    await client.engine.change({ changes: SAMPLE_CHANGES, options: { author: 'test' } });
  });
  after(async () => {
    await client.close();
    removeFolder(folder);
    removeFolder(bundle);
  });

  /** One card after the other; a grant drives the lock. Whatever fails was not acknowledged. */
  async function pass(value: string, { decisions, claims, results }: Acknowledged): Promise<void> {
    const decision = await client.engine.decide(attemptAt(Date.now(), 'front', card(value)));
    decisions.set(decision.id, decision.outcome);
    if (decision.outcome !== 'granted') return;
    const request = { decision: decision.id, output: 'lock', action: 'pulse' as const };
    const { command } = await client.engine.claimCommand(request);
    claims.set(command.id, decision.id);
    await client.engine.recordCommand({ command: command.id, state: 'done' });
    results.add(command.id);
  }

  async function read(acknowledged: Acknowledged, stopped: () => boolean): Promise<void> {
    for (let turn = 0; !stopped(); turn += 1) {
      await reached(client, 'up');
      await pass(CARDS[turn % CARDS.length] ?? '', acknowledged).catch(() => undefined);
    }
  }

  /** Kills the process after a random part of its life; returns how long no decision came. */
  async function killOnce(random: number): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, random * LONGEST_LIFE));
    assert.ok(client.pid);
    process.kill(client.pid, 'SIGKILL');
    const killed = performance.now();
    await reached(client, 'down');
    await reached(client, 'up');
    await client.engine.decide(attemptAt(Date.now(), 'front', card(ANNA_CARD)));
    return performance.now() - killed;
  }

  it(`loses nothing that it acknowledged in ${KILLS} kills, and opens nothing unrecorded`, async () => {
    const acknowledged: Acknowledged = {
      decisions: new Map(),
      claims: new Map(),
      results: new Set(),
    };
    let done = false;
    const readers = Array.from({ length: BUSY_READERS }, () => read(acknowledged, () => done));
    let longest = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      longest = Math.max(longest, await killOnce(Math.random()));
    }
    done = true;
    await Promise.all(readers);
    const { decisions, claims, results } = acknowledged;
    assert.ok(decisions.size > KILLS && claims.size > KILLS, 'there was no load');

    const access = await allRecords(client.engine, 'access');
    const stored = new Map(access.map(({ body }) => [body.decision.id, body.decision.outcome]));
    for (const [id, outcome] of decisions) assert.equal(stored.get(id), outcome, `decision ${id}`);
    for (const decision of claims.values()) assert.equal(stored.get(decision), 'granted');

    const commands = await allRecords(client.engine, 'command');
    const ended = new Set(
      commands.filter(({ body }) => body.state === 'done').map(({ body }) => body.id),
    );
    for (const id of results) assert.ok(ended.has(id), `result of command ${id}`);
    for (const { body } of commands) assert.equal(stored.get(body.decision ?? ''), 'granted');

    for (const records of [access, commands]) {
      records.forEach(({ seq }, index) => {
        assert.equal(seq, index + 1, 'a gap');
      });
    }
    const report = verifyLog(folder, deriveKeys(Buffer.from(TEST_MASTER, 'hex')).logMac);
    assert.deepEqual(
      report.streams.flatMap(({ problems }) => problems),
      [],
    );
    console.log(
      `      ${decisions.size} decisions and ${claims.size} commands acknowledged, 0 lost; longest time without decision ${Math.round(longest)} ms`,
    );
  });
});
