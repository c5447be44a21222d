import assert from 'node:assert/strict';
import { execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Store } from '../../../lib/engine/store/store.ts';
import { verifyLog } from '../../../lib/engine/store/verify.ts';
import type { EventEntry } from '../../../lib/model/record.ts';
import { Confirmed } from './confirmed.ts';
import { LOG_KEY, StoreBench, WIDE, accessRecord } from './support.ts';

const HELPER = new URL('./helper-process.ts', import.meta.url);

describe('the store and faults', () => {
  let bench: StoreBench;
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(() => bench.clear());

  const assertSound = (folder: string) => {
    const report = verifyLog(folder, LOG_KEY);
    const texts = report.streams.flatMap(({ problems }) => problems.map(({ text }) => text));
    assert.deepEqual(texts, []);
  };

  /** A listener and the promise of the first event with this code. */
  function expectEvent(code: string) {
    let found: (entry: EventEntry) => void = () => undefined;
    const event = new Promise<EventEntry>((resolve) => (found = resolve));
    const listener = {
      event: (entry: EventEntry) => {
        if (entry.code === code) found(entry);
      },
    };
    return { event, listener };
  }

  it('loses nothing it has confirmed when it is killed at any instant (I1)', async function () {
    this.timeout(120_000);
    const folder = bench.folder();
    const confirmed = new Confirmed();
    for (let kill = 0; kill < 20; kill += 1) {
      const child = spawn(
        process.execPath,
        [HELPER.pathname, 'write', folder, `${kill * 100_000}`],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      const enough = Math.random() * 4000;
      while (output.length < enough) await once(child.stdout, 'data');
      setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
      await once(child, 'close');
      confirmed.take(output);
      assertSound(folder);
      const db = new DatabaseSync(join(folder, 'gateway.db'), { readOnly: true });
      confirmed.assertStored(db, `kill ${kill}`);
      db.close();
    }
  });

  it('rejects what a failing disk has not taken, and recovers by itself (F-08)', async function () {
    this.timeout(30_000);
    const folder = bench.folder();
    const { event, listener } = expectEvent('storeBroken');
    const { store } = await bench.open(folder, { listener });
    await store.append(accessRecord());
    limitFileSize('4096:unlimited');
    try {
      const results = await Promise.allSettled(
        Array.from({ length: 200 }, () => store.append(accessRecord('x'.repeat(1000)))),
      );
      assert.ok(results.every(({ status }) => status === 'rejected'));
      await assert.rejects(store.append(accessRecord()), { code: 'STORE_BROKEN' });
      await assert.rejects(store.find({ kind: 'person' }), { code: 'STORE_BROKEN' });
      assert.ok((await store.health()).problems.includes('storeBroken'));
    } finally {
      limitFileSize('unlimited:unlimited');
    }
    await event;
    assert.deepEqual((await store.health()).problems, []);
    const { seq } = await store.append(accessRecord());
    const stored = await store.readRecords('access', 0, 1000);
    assert.deepEqual(
      stored.map((record) => record.seq),
      Array.from({ length: seq }, (_, index) => index + 1),
    );
    await store.close();
    assertSound(folder);
  });

  it('uses the ballast when the disk is full, then refuses, and recovers (F-09)', async function () {
    this.timeout(60_000);
    const folder = bench.folder();
    if (!mount(folder, 'size=40m')) this.skip();
    try {
      const { store } = await bench.open(folder, { limits: { ...WIDE, ring: 1000 } });
      assert.equal((await store.health()).ballast, true);
      const before = await fillUntil(store, async () => !(await store.health()).ballast);
      assert.deepEqual((await store.health()).problems, ['storeFull', 'ballastMissing']);
      assert.ok(bench.events.some(({ code }) => code === 'storeFull'));
      const refusal = await fillUntil(store, () => Promise.resolve(false)).catch((e: unknown) => e);
      assert.equal((refusal as { code?: string }).code, 'STORE_FULL');
      const { last } = (await store.health()).streams.access;
      assert.ok(last > before, 'the ballast gave room for more');
      execFileSync('mount', ['-o', 'remount,size=120m', folder]);
      assert.equal((await store.append(accessRecord())).seq, last + 1);
      await store.close();
      assertSound(folder);
    } finally {
      await bench.close();
      execFileSync('umount', [folder]);
    }
  });

  describe('when another program removes the write-ahead log (F-34)', () => {
    /**
     * Drops this process's locks as a careless backup would, and lets a stranger close the database. The
     * shell of many systems then removes the log; a newer one sees that somebody is left.
     */
    function removeWal(folder: string, stranger: 'shell' | 'hand'): void {
      const file = join(folder, 'gateway.db');
      readFileSync(file);
      if (stranger === 'shell')
        execFileSync('sqlite3', [file, 'SELECT count(*) FROM access_record']);
      for (const name of [`${file}-wal`, `${file}-shm`]) rmSync(name, { force: true });
    }

    for (const stranger of ['shell', 'hand'] as const) {
      it(`confirms nothing before it is on the disk again (by ${stranger})`, async function () {
        if (stranger === 'shell' && !isInstalled('sqlite3')) {
          assert.equal(process.env.CI, undefined, 'sqlite3 has to be installed where CI runs');
          this.skip();
        }
        const folder = bench.folder();
        const { store } = await bench.open(folder);
        for (let row = 1; row <= 10; row += 1) await store.append(accessRecord());
        removeWal(folder, stranger);
        assert.equal((await store.append(accessRecord())).seq, 11);
        assert.deepEqual(
          bench.events.map(({ code }) => code),
          ['storeReplaced'],
        );
        assert.deepEqual((await store.health()).problems, ['storeReplaced']);
        await store.append(accessRecord());
        const image = join(bench.folder(), 'image');
        mkdirSync(image);
        for (const file of ['gateway.db', 'gateway.db-wal']) {
          copyFileSync(join(folder, file), join(image, file));
        }
        const report = verifyLog(image, LOG_KEY);
        assert.deepEqual([report.ok, report.streams[0]?.last], [true, 12]);
      });
    }

    it('shows a reader that came afterwards everything', async () => {
      const folder = bench.folder();
      const { store } = await bench.open(folder);
      for (let row = 1; row <= 10; row += 1) await store.append(accessRecord());
      removeWal(folder, 'hand');
      const reader = fork(HELPER, ['watch', folder]);
      await once(reader, 'message');
      await store.append(accessRecord());
      reader.send('count');
      assert.deepEqual(await once(reader, 'message'), [11, undefined]);
      await store.close();
      reader.kill();
      assertSound(folder);
    });

    it('notices it within a second, also when nothing is to be written', async () => {
      const folder = bench.folder();
      const { event, listener } = expectEvent('storeReplaced');
      const { store } = await bench.open(folder, { listener });
      for (let row = 1; row <= 10; row += 1) await store.append(accessRecord());
      removeWal(folder, 'hand');
      assert.equal((await event).category, 'alarm');
      await store.close();
      assertSound(folder);
      assert.equal(verifyLog(folder, LOG_KEY).streams[0]?.last, 10);
    });
  });

  it('stops when another database is put in the place of its own (F-34)', async () => {
    const folder = bench.folder();
    let died: (error: Error) => void = () => undefined;
    const dead = new Promise<Error>((resolve) => (died = resolve));
    const { store } = await bench.open(folder, { listener: { dead: died } });
    await store.append(accessRecord());
    const file = join(folder, 'gateway.db');
    copyFileSync(file, `${file}.old`);
    renameSync(`${file}.old`, file);
    await assert.rejects(store.append(accessRecord()), {
      code: 'STORE_BROKEN',
      message: 'the database file was replaced while the engine was running',
    });
    assert.match((await dead).message, /replaced/);
    assert.deepEqual((await store.health()).problems, ['storeBroken']);
    await store.close();
    await bench.open(folder);
  });

  it('raises an alarm when a reader lets the write-ahead log grow (64 MiB)', async function () {
    this.timeout(60_000);
    const folder = bench.folder();
    const { event, listener } = expectEvent('walLarge');
    const { store } = await bench.open(folder, { listener });
    const reader = new DatabaseSync(join(folder, 'gateway.db'), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM access_record').get();
    const text = 'x'.repeat(500_000);
    for (let row = 0; row < 140; row += 1) await store.append(accessRecord(text));
    const { category, details } = await event;
    assert.equal(category, 'alarm');
    assert.ok(Number(details?.bytes) >= 64 * 1024 * 1024);
    assert.ok((await store.health()).problems.includes('walLarge'));
    reader.close();
    assert.ok(statSync(join(folder, 'gateway.db-wal')).size > 0);
  });
});

function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

/** Makes writes beyond a size fail in this process, as a disk does. */
function limitFileSize(limit: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${limit}`]);
}

/** Mounts a small file system; false, with a word of why, where that is not allowed. */
function mount(folder: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.log(`      skipped: mounting is not permitted here (${String(error).split('\n')[0]})`);
    return false;
  }
}

/** Appends until a condition holds; returns the last number. */
async function fillUntil(store: Store, done: () => Promise<boolean>): Promise<number> {
  const text = 'x'.repeat(20_000);
  for (;;) {
    const refs = await Promise.all(
      Array.from({ length: 20 }, () => store.append(accessRecord(text))),
    );
    if (await done()) return refs.at(-1)?.seq ?? 0;
  }
}
