import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { verifyLog } from '../../../lib/engine/store/verify.ts';
import type { AccessError } from '../../../lib/model/errors.ts';
import { STREAMS } from '../../../lib/model/record.ts';
import { LOG_KEY, StoreBench, WIDE, accessRecord, eventRecord, recordOf } from './support.ts';

describe('the records of the store', () => {
  let bench: StoreBench;
  beforeEach(() => {
    bench = new StoreBench();
  });
  afterEach(() => bench.clear());

  it('numbers every stream without gaps and chains it, however appends interleave', async function () {
    this.timeout(30_000);
    const turns = fc.array(fc.array(fc.constantFrom(...STREAMS), { maxLength: 20 }), {
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(turns, async (plan) => {
        const folder = bench.folder();
        const { store } = await bench.open(folder);
        const turnsDone = plan.map(async (streams, turn) => {
          for (let wait = 0; wait < turn; wait += 1) await new Promise(setImmediate);
          return Promise.all(streams.map((stream) => store.append(recordOf(stream))));
        });
        const refs = (await Promise.all(turnsDone)).flat();
        for (const stream of STREAMS) {
          const seqs = refs.filter((ref) => ref.stream === stream).map(({ seq }) => seq);
          assert.deepEqual(
            seqs.toSorted((a, b) => a - b),
            seqs.map((_, index) => index + 1),
          );
          const stored = await store.readRecords(stream, 0, 1000);
          assert.deepEqual(
            new Map(stored.map(({ id, seq }) => [id, seq])),
            new Map(refs.filter((ref) => ref.stream === stream).map(({ id, seq }) => [id, seq])),
          );
        }
        await store.close();
        assert.deepEqual(problemsOf(folder), []);
      }),
      { numRuns: 8 },
    );
  });

  it('goes on with the next number after it is opened again', async () => {
    const folder = bench.folder();
    const first = await bench.open(folder);
    await first.store.append(accessRecord());
    await first.store.close();
    const second = await bench.open(folder);
    assert.equal(second.streams.access.last, 1);
    assert.equal(second.streams.access.id, first.streams.access.id);
    assert.equal((await second.store.append(accessRecord())).seq, 2);
    assert.deepEqual(problemsOf(folder), []);
  });

  it('commits everything that waits together', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    await store.append(accessRecord());
    const before = commits(folder);
    await Promise.all(Array.from({ length: 400 }, () => store.append(accessRecord())));
    assert.equal(commits(folder) - before, 1);
  });

  it('commits the state that belongs to a record with the record', async () => {
    const folder = bench.folder();
    const first = await bench.open(folder);
    await first.store.append(accessRecord(), [
      { kind: 'lockout', subject: 'person:p1', failures: 3, windowStart: 10, until: 20 },
      { kind: 'usedToken', token: 'abc', expires: 1000 },
      { kind: 'setting', key: 'floor', value: '1' },
    ]);
    await first.store.append(accessRecord(), [{ kind: 'setting', key: 'floor', value: '2' }]);
    await first.store.close();
    const { side } = await bench.open(folder);
    assert.deepEqual(side, {
      lockouts: [{ subject: 'person:p1', failures: 3, windowStart: 10, until: 20 }],
      usedTokens: [{ token: 'abc', expires: 1000 }],
      settings: { floor: '2' },
      positions: [],
      entries: [],
      keptAnswers: [],
    });
  });

  it('forgets used tokens a day after newer ones have run out', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    const day = 86_400_000;
    await store.append(accessRecord(), [{ kind: 'usedToken', token: 'old', expires: 1 }]);
    await store.append(accessRecord(), [{ kind: 'usedToken', token: 'mid', expires: day }]);
    await store.append(accessRecord(), [{ kind: 'usedToken', token: 'new', expires: day + 2 }]);
    await store.close();
    const { side } = await bench.open(folder);
    assert.deepEqual(side.usedTokens.map(({ token }) => token).toSorted(), ['mid', 'new']);
  });

  it('reads records after a number, and the newest first', async () => {
    const { store } = await bench.open();
    for (let i = 1; i <= 5; i += 1) await store.append(eventRecord(`e${i}`));
    const codes = (records: { body: { code: string } }[]) => records.map(({ body }) => body.code);
    assert.deepEqual(codes(await store.readRecords('event', 2, 2)), ['e3', 'e4']);
    assert.deepEqual(codes(await store.recentRecords('event', 2)), ['e5', 'e4']);
    const [read] = await store.readRecords('event', 0, 1);
    assert.match(read?.hash ?? '', /^[0-9a-f]{64}$/);
  });

  it('refuses a record that cannot be stored, and no other', async () => {
    const { store } = await bench.open();
    const until = {
      kind: 'lockout',
      subject: 's',
      failures: 1,
      windowStart: 0,
      until: 0.5,
    } as const;
    const results = await Promise.allSettled([
      store.append(eventRecord('bad', { value: NaN })),
      store.append(eventRecord()),
      store.append({ ...eventRecord(), at: 1.5 }),
      store.append(eventRecord(), [until]),
      store.append(eventRecord()),
      store.change([], true, { ...eventRecord(), at: Infinity }),
    ]);
    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && (result.reason as AccessError).code),
      ['INPUT_INVALID', false, 'INPUT_INVALID', 'INPUT_INVALID', false, 'INPUT_INVALID'],
    );
    assert.equal((await store.health()).streams.event.last, 2);
  });

  it('refuses everything after it is closed', async () => {
    const { store } = await bench.open();
    await store.close();
    await assert.rejects(store.append(eventRecord()), { code: 'STORE_BROKEN' });
    await assert.rejects(store.find({ kind: 'person' }), { code: 'STORE_BROKEN' });
    assert.deepEqual((await store.health()).problems, ['storeBroken']);
    await store.close();
  });

  it('commits what waits when it is closed', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder);
    const appended = Array.from({ length: 2500 }, () => store.append(accessRecord()));
    await store.close();
    assert.equal((await Promise.all(appended)).at(-1)?.seq, 2500);
    assert.deepEqual(problemsOf(folder), []);
  });

  it('shows people the log as a table', async () => {
    const folder = bench.folder();
    const { store } = await bench.open(folder, { limits: WIDE });
    const granted = accessRecord();
    granted.body.decision.outcome = 'granted';
    granted.body.decision.reasons = [];
    granted.body.decision.person = { id: 'p1', name: 'Ann' };
    granted.body.credentials.push({ type: 'pin', value: 'x1' });
    granted.body.snapshot = 's.jpg';
    await store.append(granted);
    const refused = accessRecord();
    refused.body.decision.outcome = 'denied';
    refused.body.decision.reasons = ['expired', 'noRight'];
    refused.body.decision.matchedPersonId = 'p2';
    await store.append(refused);
    for (const stream of STREAMS) await store.append(recordOf(stream));
    await store.close();
    const [first, second] = select(folder, 'SELECT * FROM access_log');
    const time = new Date(granted.at).toISOString();
    assert.deepEqual(
      pick(first, ['time', 'credential_type', 'credential_value', 'result', 'person_id']),
      [time, 'card, pin', '****89AB, x1', 'success', 'p1'],
    );
    assert.equal(first?.snapshot, 's.jpg');
    assert.deepEqual(pick(second, ['result', 'reason', 'reasons', 'person_id']), [
      'failure',
      'expired',
      '["expired","noRight"]',
      null,
    ]);
    assert.equal(second?.matched_person_id, 'p2');
    assert.deepEqual(pick(select(folder, 'SELECT * FROM command_log')[0], ['output', 'state']), [
      'o',
      'done',
    ]);
    assert.deepEqual(pick(select(folder, 'SELECT * FROM passage_log')[0], ['outcome']), ['taken']);
    assert.deepEqual(pick(select(folder, 'SELECT * FROM event_log')[0], ['code']), ['test']);
  });
});

function problemsOf(folder: string): string[] {
  return verifyLog(folder, LOG_KEY).streams.flatMap(({ problems }) => problems.map((p) => p.text));
}

function select(folder: string, sql: string) {
  const db = new DatabaseSync(join(folder, 'gateway.db'), { readOnly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

function pick(row: Record<string, unknown> | undefined, columns: string[]): unknown[] {
  return columns.map((column) => row?.[column]);
}

/** Number of transactions in the WAL: frames that carry the size of the database after a commit. */
function commits(folder: string): number {
  const wal = readFileSync(join(folder, 'gateway.db-wal'));
  const frame = 24 + wal.readUInt32BE(8);
  let count = 0;
  for (let offset = 32; offset + frame <= wal.length; offset += frame) {
    const current = wal.compare(wal, 16, 24, offset + 8, offset + 16) === 0;
    if (current && wal.readUInt32BE(offset + 4) > 0) count += 1;
  }
  return count;
}
