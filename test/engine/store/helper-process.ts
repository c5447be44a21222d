import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreBench, accessRecord } from './support.ts';

/** What tests do from a second process: `<task> <folder>`; says `done` when it has been done. */
const [task = '', folder = ''] = process.argv.slice(2);

const TASKS: Record<string, () => Promise<void> | void> = {
  /** Owns the store until it is killed. */
  async own() {
    const { store } = await new StoreBench().open(folder);
    await store.append(accessRecord());
  },
  /** Reads as a stock node does: opens for reading and writing, and closes. */
  read() {
    const db = new DatabaseSync(join(folder, 'gateway.db'));
    assert.equal(db.prepare('SELECT count(*) AS rows FROM access_log').get()?.rows, 1);
    db.close();
  },
};

await TASKS[task]?.();
process.send?.('done');
