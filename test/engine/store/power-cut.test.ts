import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS, migrate } from '../../../lib/engine/store/migrations.ts';
import { verifyLog } from '../../../lib/engine/store/verify.ts';
import { SimulatedDisk, straceInstalled, traceDisk } from '../../support/power-cut.ts';
import { Confirmed } from './confirmed.ts';
import { LOG_KEY, StoreBench } from './support.ts';

const IMAGES = 250;
const FILES = ['gateway.db', 'gateway.db-wal'];
const BALLAST_BYTES = 16 * 1024 * 1024;

/** The version of the database whose migration brings the first views. */
const FIRST_WITH_VIEWS = 2;

describe('the store and the power', () => {
  let bench: StoreBench;
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(() => bench.clear());

  it('loses nothing it has confirmed when the power goes off at any instant (I1)', async function () {
    this.timeout(120_000);
    if (!straceInstalled()) {
      assert.equal(process.env.CI, undefined, 'strace has to be installed where CI runs');
      console.log('      skipped: strace is not installed');
      this.skip();
    }
    const folder = bench.folder();
    oldDatabase(folder);
    const disk = new SimulatedDisk();
    disk.load(folder, FILES);
    const helper = new URL('./helper-process.ts', import.meta.url).pathname;
    const events = traceDisk([process.execPath, helper, 'write', folder, '0', '60'], folder);

    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = generator(seed);
    const cuts = new Set(
      Array.from({ length: IMAGES }, () => Math.floor(random() * events.length)),
    );
    const confirmed = new Confirmed();
    for (const [index, event] of events.entries()) {
      disk.apply(event);
      if (event.kind === 'output') confirmed.take(event.text);
      if (!cuts.has(index)) continue;
      const image = join(bench.folder(), 'image');
      disk.writeImage(image, random);
      assertNothingLost(image, confirmed, `seed ${seed}, cut behind event ${index}`);
      rmSync(image, { recursive: true });
    }
    assert.ok(confirmed.records.size > 200, `${confirmed.records.size} records`);
    const { streams } = await bench.open(folder);
    assert.ok(streams.access.last > 0);
  });
});

/** A database of the first version, so that its migration is under test as well (F-27). */
function oldDatabase(folder: string): void {
  const db = new DatabaseSync(join(folder, 'gateway.db'));
  db.exec('PRAGMA journal_mode = WAL');
  migrate(db, MIGRATIONS.slice(0, 1));
  db.exec(`INSERT INTO person (id, name, search) VALUES ('old', 'Old', 'old')`);
  db.close();
  // Laid down beforehand: its megabytes would only fill the trace.
  writeFileSync(join(folder, 'ballast.bin'), Buffer.alloc(BALLAST_BYTES));
}

function assertNothingLost(image: string, confirmed: Confirmed, where: string): void {
  const db = new DatabaseSync(join(image, 'gateway.db'));
  try {
    assert.equal(db.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok', where);
    assert.ok(db.prepare(`SELECT 1 FROM person WHERE id = 'old'`).get(), where);
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    const views = db.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE type = 'view'`).get();
    assert.equal(Number(views?.n) > 0, version >= FIRST_WITH_VIEWS, where);
    confirmed.assertStored(db, where);
    const begun = db.prepare('SELECT 1 FROM stream').get() !== undefined;
    const report = verifyLog(image, LOG_KEY);
    if (begun) assert.equal(report.ok, true, `${where}: ${JSON.stringify(report)}`);
  } finally {
    db.close();
  }
}

/** Random numbers that come again with the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
