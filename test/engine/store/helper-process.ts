import assert from 'node:assert/strict';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PreparedChange } from '../../../lib/engine/store/store.ts';
import { STREAMS } from '../../../lib/model/record.ts';
import { StoreBench, WIDE, eventRecord, recordOf } from './support.ts';

/** What tests do from a second process: `<task> <folder>`; says `done` when it has been done. */
const [task = '', folder = ''] = process.argv.slice(2);

const TASKS: Record<string, () => Promise<void> | void> = {
  /** Owns the store until it is killed. */
  async own() {
    const { store } = await new StoreBench().open(folder);
    await store.append(recordOf('access'));
  },

  /** Reads as a stock node does: opens for reading and writing, and closes. */
  read() {
    const db = new DatabaseSync(join(folder, 'gateway.db'));
    assert.ok(Number(db.prepare('SELECT count(*) AS rows FROM access_log').get()?.rows) > 0);
    db.close();
  },

  /** Keeps the database open and tells, whenever it is asked, how many rows it sees. */
  watch() {
    const db = new DatabaseSync(join(folder, 'gateway.db'));
    const count = db.prepare('SELECT count(*) AS rows FROM access_record');
    process.on('message', () => process.send?.(Number(count.get()?.rows)));
    count.get();
  },

  /**
   * Writes records, acknowledgements and policy changes, from a round on, for a number of rounds or until
   * it is killed. Each thing that the store has confirmed is a line on standard output at once.
   */
  async write() {
    const { store } = await new StoreBench().open(folder, { limits: { ...WIDE, ring: 300 } });
    const confirm = (...words: (string | number)[]) => writeSync(1, `${words.join(' ')}\n`);
    const append = async (round: number, lane: number) => {
      const record = recordOf(STREAMS[lane % STREAMS.length] ?? 'access');
      const token = `${record.id}-token`;
      const { stream, seq } = await store.append(record, [
        { kind: 'usedToken', token, expires: round },
      ]);
      confirm('record', stream, seq, record.id);
      if (seq % 50 === 0) {
        await store.acknowledge(stream, seq - 20);
        confirm('acknowledged', stream, seq - 20);
      }
    };
    const change = async (round: number) => {
      const value = { id: `p${round % 40}`, name: `Round ${round}` };
      const put: PreparedChange = { op: 'put', kind: 'person', value };
      const { version } = await store.change([put], true, eventRecord('policyChanged'));
      confirm('policy', version, value.id, round);
    };
    confirm('ready');
    const [first, rounds] = [Number(process.argv[4]), Number(process.argv[5] ?? Infinity)];
    for (let round = first; round < first + rounds; round += 1) {
      const lanes = Array.from({ length: 1 + (round % 7) }, (_, lane) => append(round, lane));
      await Promise.all(round % 5 === 4 ? [...lanes, change(round)] : lanes);
    }
    await store.close();
  },
};

await TASKS[task]?.();
process.send?.('done');
