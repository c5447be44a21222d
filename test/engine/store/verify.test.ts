import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { verifyLog, type LogProblem } from '../../../lib/engine/store/verify.ts';
import { LOG_KEY, StoreBench, WIDE, accessRecord, eventRecord } from './support.ts';

const ROWS = 60;
const FIRST = 11;

describe('the verifier of the log', () => {
  let bench: StoreBench;
  let file: string;

  /** A log of access rows 11 to 60, for the ring has dropped the older ones, and of three events. */
  before(async () => {
    bench = new StoreBench();
    const folder = bench.folder();
    const { store } = await bench.open(folder, { limits: { ...WIDE, ring: 20 } });
    for (let row = 1; row <= ROWS; row += 1) await store.append(accessRecord(`card ${row}`));
    for (let row = 1; row <= 3; row += 1) await store.append(eventRecord(`event ${row}`));
    await store.acknowledge('access', FIRST - 1 + 20);
    await store.close();
    file = join(folder, 'gateway.db');
  });
  after(() => bench.clear());

  /** A copy of the log after these statements, run by somebody with the shell. */
  function forge(sql: string): string {
    const copy = join(bench.folder(), 'copy.db');
    copyFileSync(file, copy);
    const db = new DatabaseSync(copy);
    db.exec(sql);
    db.close();
    return copy;
  }

  it('finds nothing wrong with an untouched log', () => {
    const report = verifyLog(file, LOG_KEY);
    assert.equal(report.ok, true);
    assert.equal(report.signed, true);
    const [access] = report.streams;
    assert.deepEqual([access?.count, access?.first, access?.last], [ROWS - FIRST + 1, FIRST, ROWS]);
    assert.match(access?.head ?? '', /^[0-9a-f]{64}$/);
    assert.equal(verifyLog(file).signed, false);
  });

  it('names every changed, deleted, inserted or swapped row', function () {
    this.timeout(60_000);
    const copy = join(bench.folder(), 'copy.db');
    copyFileSync(file, copy);
    const db = new DatabaseSync(copy);
    db.exec('PRAGMA synchronous = OFF; CREATE TEMP TABLE original AS SELECT * FROM access_record');
    fc.assert(
      fc.property(EDIT, (edit) => {
        const named = EDITS[edit.kind](db, edit);
        const problems = problemsOf(copy);
        db.exec('DELETE FROM access_record; INSERT INTO access_record SELECT * FROM original');
        for (const seq of named) {
          const found = problems.some((p) => p.stream === 'access' && p.from <= seq && seq <= p.to);
          assert.ok(found, `row ${seq} is not named: ${JSON.stringify(problems)}`);
        }
      }),
      { numRuns: 1000 },
    );
    db.close();
  });

  it('names exactly the row that was changed', () => {
    const copy = forge(`UPDATE access_record SET body = replace(body, 'card 30', 'card 31')`);
    assert.deepEqual(summary(problemsOf(copy)), ['changed 30 to 30']);
  });

  it('sees a tail that was cut off, even with a head made to fit', () => {
    const cut = `DELETE FROM access_record WHERE seq > 50;`;
    const fit = `UPDATE stream SET last = 50, head = (SELECT hash FROM access_record
      WHERE seq = 50) WHERE name = 'access'`;
    assert.deepEqual(summary(problemsOf(forge(cut))), ['missing 51 to 60']);
    assert.equal(verifyLog(forge(cut + fit)).ok, true);
    assert.deepEqual(summary(problemsOf(forge(cut + fit))), ['head 50 to 50']);
  });

  it('sees a beginning that was cut off', () => {
    const copy = forge(`DELETE FROM access_record WHERE seq < 20;
      UPDATE stream SET first = 20 WHERE name = 'access'`);
    assert.deepEqual(summary(problemsOf(copy)), ['changed 20 to 20', 'head 60 to 60']);
  });

  it('names a stream that is gone', () => {
    const lost = forge(`DELETE FROM stream WHERE name = 'event'`);
    assert.deepEqual(
      problemsOf(lost).map(({ text }) => text),
      ['the head of event is missing'],
    );
  });

  it('does not accept the key of another engine', () => {
    const problems = verifyLog(file, new Uint8Array(32)).streams.flatMap((s) => s.problems);
    assert.equal(problems.length, 4);
  });

  it('refuses what is not a log', () => {
    const text = join(bench.folder(), 'text.db');
    writeFileSync(text, 'x'.repeat(5000));
    assert.throws(() => verifyLog(text), { code: 'STORE_BROKEN' });
    assert.throws(() => verifyLog('/nonexistent'), { code: 'STORE_BROKEN' });
  });

  it('reads a log beside the engine that writes it', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    await Promise.all(Array.from({ length: 50 }, () => store.append(accessRecord())));
    assert.equal(verifyLog(folder, LOG_KEY).ok, true);
    assert.equal((await store.append(accessRecord())).seq, 51);
  });
});

function summary(problems: LogProblem[]): string[] {
  return problems.map(({ kind, from, to }) => `${kind} ${from} to ${to}`);
}

function problemsOf(file: string): LogProblem[] {
  return verifyLog(file, LOG_KEY).streams.flatMap(({ problems }) => problems);
}

const seq = fc.integer({ min: FIRST, max: ROWS });
const EDIT = fc.record({
  kind: fc.constantFrom('change' as const, 'delete' as const, 'insert' as const, 'swap' as const),
  seq,
  other: seq,
  column: fc.constantFrom('id', 'at', 'clock', 'body', 'hash'),
});
type Edit = typeof EDIT extends fc.Arbitrary<infer T> ? T : never;

const CUT = { id: 'substr(id, 2)', body: 'substr(body, 2)', hash: 'substr(hash, 2)' };

/** Each makes one edit to the access log and returns the numbers that have to be named. */
const EDITS: Record<Edit['kind'], (db: DatabaseSync, edit: Edit) => number[]> = {
  change(db, { seq, column }) {
    const value = { ...CUT, at: 'at + 1', clock: `'untrusted'` }[column];
    db.exec(`UPDATE access_record SET ${column} = ${value} WHERE seq = ${seq}`);
    return [seq];
  },
  delete(db, { seq }) {
    db.exec(`DELETE FROM access_record WHERE seq = ${seq}`);
    return [seq];
  },
  insert(db, { seq }) {
    // The rows behind it move up, so that the numbers stay without a gap.
    db.exec(`UPDATE access_record SET seq = -seq - 1 WHERE seq >= ${seq};
      UPDATE access_record SET seq = -seq WHERE seq < 0;
      INSERT INTO access_record SELECT ${seq}, 'forged', at, clock, body, hash FROM access_record
      WHERE seq = ${seq + 1}`);
    return [seq];
  },
  swap(db, { seq, other }) {
    if (seq === other) return [];
    db.exec(`UPDATE access_record SET seq = -1 WHERE seq = ${seq};
      UPDATE access_record SET seq = ${seq} WHERE seq = ${other};
      UPDATE access_record SET seq = ${other} WHERE seq = -1`);
    return [seq, other];
  },
};
