import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS, migrate } from '../../../lib/engine/store/migrations.ts';
import { verifyLog } from '../../../lib/engine/store/verify.ts';
import { LOG_KEY, StoreBench, accessRecord, eventRecord } from './support.ts';

describe('opening a store', () => {
  let bench: StoreBench;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await bench.clear();
  });

  /** Another process on the same folder; answers when it has done what it was asked. */
  async function helper(task: string, folder: string): Promise<ChildProcess> {
    const child = fork(new URL('./helper-process.ts', import.meta.url), [task, folder]);
    children.push(child);
    const [answer] = (await once(child, 'message')) as [unknown];
    assert.deepEqual(answer, 'done');
    return child;
  }

  it('creates the folder, for its owner alone', async () => {
    const folder = join(bench.folder(), 'new', 'data');
    await bench.open(folder);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it('gives every stream an identity that no other database has', async () => {
    const first = await bench.open();
    const second = await bench.open();
    const ids = [first, second].flatMap(({ streams }) => Object.values(streams).map((s) => s.id));
    assert.equal(new Set(ids).size, 8);
  });

  it('refuses a folder that another engine has, also one in this process', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    await assert.rejects(bench.open(folder), { code: 'ENGINE_LOCKED' });
    await store.append(accessRecord());
    await store.close();
    await (await bench.open(folder)).store.close();
  });

  it('refuses a folder as long as another process has it, however that ends', async () => {
    const folder = bench.folder();
    const owner = await helper('own', folder);
    await assert.rejects(bench.open(folder), { code: 'ENGINE_LOCKED' });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const { store, streams } = await bench.open(folder);
    assert.equal(streams.access.last, 1);
    assert.equal((await store.append(accessRecord())).seq, 2);
  });

  it('lets other processes read while it writes', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    await store.append(accessRecord());
    await helper('read', folder);
    assert.equal((await store.append(accessRecord())).seq, 2);
    assert.deepEqual((await store.health()).problems, []);
    await store.close();
    assert.equal(verifyLog(folder, LOG_KEY).ok, true);
  });

  it('refuses another log key', async () => {
    const folder = bench.folder();
    await (await bench.open(folder)).store.close();
    const keys = { logMac: new Uint8Array(32) };
    await assert.rejects(bench.open(folder, { keys }), { code: 'KEY_MISMATCH' });
    await bench.open(folder);
  });

  it('refuses a damaged file and leaves it as it is', async () => {
    const folder = bench.folder();
    const file = join(folder, 'gateway.db');
    writeFileSync(file, 'x'.repeat(8192));
    await assert.rejects(bench.open(folder), { code: 'STORE_BROKEN' });
    assert.equal(statSync(file).size, 8192);
  });

  it('refuses a file that was cut short', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    await Promise.all(Array.from({ length: 200 }, () => store.append(accessRecord())));
    await store.close();
    truncateSync(join(folder, 'gateway.db'), 4096 * 12);
    await assert.rejects(bench.open(folder), { code: 'STORE_BROKEN' });
  });

  it('says that a folder cannot be used', async () => {
    const file = join(bench.folder(), 'file');
    writeFileSync(file, '');
    await assert.rejects(bench.open(file), { code: 'STORE_BROKEN' });
  });

  it('brings an old database to the present version and keeps what it holds', async () => {
    const folder = bench.folder();
    const db = new DatabaseSync(join(folder, 'gateway.db'));
    migrate(db, MIGRATIONS.slice(0, 1));
    db.exec(`INSERT INTO person (id, name, search) VALUES ('p1', 'Ann', 'p1 ann')`);
    assert.equal(version(db), 1);
    db.close();
    const { rows, store } = await bench.open(folder);
    assert.deepEqual(
      [...rows.persons].map(({ id, name }) => [id, name]),
      [['p1', 'Ann']],
    );
    await store.close();
    const after = new DatabaseSync(join(folder, 'gateway.db'));
    assert.equal(version(after), MIGRATIONS.length);
    assert.deepEqual(after.prepare('SELECT * FROM access_log').all(), []);
    after.close();
  });

  it('leaves the old version if a step of a migration fails', () => {
    const db = new DatabaseSync(':memory:');
    const steps = ['CREATE TABLE a (x)', 'CREATE TABLE b (x); INSERT INTO missing VALUES (1)'];
    assert.throws(() => {
      migrate(db, steps);
    }, /missing/);
    assert.equal(version(db), 1);
    assert.equal(db.prepare(`SELECT * FROM sqlite_schema WHERE name = 'b'`).get(), undefined);
    migrate(db, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']);
    assert.equal(version(db), 2);
    db.close();
  });

  it('refuses the database of a later version', async () => {
    const folder = bench.folder();
    const db = new DatabaseSync(join(folder, 'gateway.db'));
    db.exec('PRAGMA user_version = 1000');
    db.close();
    await assert.rejects(bench.open(folder), { code: 'STORE_BROKEN', message: /version 1000/ });
  });

  it('reports damage at the end of the log and goes on behind it', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    for (let row = 1; row <= 5; row += 1) await store.append(accessRecord());
    await store.close();
    const db = new DatabaseSync(join(folder, 'gateway.db'));
    db.exec(`DELETE FROM access_record WHERE seq > 3`);
    db.close();
    const again = await bench.open(folder);
    assert.equal((await again.store.append(accessRecord())).seq, 6);
    const events = await again.store.recentRecords('event', 10);
    assert.deepEqual(
      events.map(({ body }) => body),
      bench.events,
    );
    assert.deepEqual(
      bench.events.map(({ code, details }) => [code, details?.text]),
      [['logDamaged', 'access 4 to 5 is missing at the end of the log']],
    );
  });

  it('never gives a number out twice, whatever a forged head says', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    for (let row = 1; row <= 5; row += 1) await store.append(accessRecord());
    await store.close();
    const db = new DatabaseSync(join(folder, 'gateway.db'));
    db.exec(`UPDATE stream SET last = 2, head = (SELECT hash FROM access_record WHERE seq = 2)
      WHERE name = 'access'`);
    db.close();
    const again = await bench.open(folder);
    assert.equal((await again.store.append(accessRecord())).seq, 6);
    assert.ok(bench.events.some(({ code }) => code === 'logDamaged'));
  });

  describe('and its backup', () => {
    it('is a complete copy, taken under load', async function () {
      this.timeout(30_000);
      const folder = bench.folder();
      const { store } = await bench.open(folder);
      await Promise.all(Array.from({ length: 3000 }, () => store.append(accessRecord())));
      const file = join(bench.folder(), 'copy.db');
      const stop = new AbortController();
      const load = (async () => {
        let last = 0;
        while (!stop.signal.aborted) last = (await store.append(accessRecord())).seq;
        return last;
      })();
      const { bytes } = await store.backup(file);
      stop.abort();
      const last = await load;
      assert.equal(statSync(file).size, bytes);
      const report = verifyLog(file, LOG_KEY);
      assert.equal(report.ok, true);
      assert.ok((report.streams[0]?.last ?? 0) >= 3000);
      assert.ok(last > 3000, 'the log went on meanwhile');
      assert.deepEqual(readdirSync(join(file, '..')), ['copy.db']);
    });

    it('does not touch a file that exists, and leaves none behind if it fails', async () => {
      const { store } = await bench.open();
      const file = join(bench.folder(), 'copy.db');
      writeFileSync(file, 'mine');
      await assert.rejects(store.backup(file), { code: 'CONFLICT' });
      assert.equal(statSync(file).size, 4);
      const nowhere = join(bench.folder(), 'missing', 'copy.db');
      await assert.rejects(store.backup(nowhere), { code: 'STORE_BROKEN' });
      mkdirSync(join(bench.folder(), 'dir'));
      await assert.rejects(store.backup(join(bench.lastFolder, 'dir')), { code: 'CONFLICT' });
    });

    it('goes on under a new identity when it is put into service', async () => {
      const original = await bench.open();
      await original.store.append(eventRecord('before'));
      const folder = bench.folder();
      await original.store.backup(join(folder, 'gateway.db'));
      const copy = await bench.open(folder);
      assert.notEqual(copy.streams.event.id, original.streams.event.id);
      await copy.store.append(eventRecord('after'));
      const events = await copy.store.readRecords('event', 0, 10);
      assert.deepEqual(
        events.map(({ body }) => body.code),
        ['before', 'databaseRestored', 'after'],
      );
      await copy.store.close();
      assert.deepEqual(verifyLog(folder, LOG_KEY).ok, true);
      const again = await bench.open(folder);
      assert.equal(again.streams.event.id, copy.streams.event.id);
    });
  });
});

function version(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version);
}
