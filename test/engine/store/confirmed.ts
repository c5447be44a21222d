import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';

/** What the helper process has been told to be durable, line by line of its output. */
export class Confirmed {
  readonly records = new Map<string, string>();
  readonly #acknowledged = new Map<string, number>();
  readonly #people = new Map<string, number>();
  #version = 0;

  /** Takes over complete lines only: the process may have died in the middle of the last. */
  take(output: string): void {
    for (const line of output.split('\n').slice(0, -1)) {
      const [what, a = '', b = '', c = ''] = line.split(' ');
      if (what === 'record') this.records.set(`${a} ${b}`, c);
      if (what === 'acknowledged') this.#acknowledged.set(a, Number(b));
      if (what === 'policy') {
        this.#version = Math.max(this.#version, Number(a));
        this.#people.set(b, Number(c));
      }
    }
  }

  /**
   * Asserts that a database holds all of it, except records that were sent and left the ring. `where` tells
   * a failure which instant it was.
   */
  assertStored(db: DatabaseSync, where: string): void {
    const head = db.prepare('SELECT first, acknowledged FROM stream WHERE name = ?');
    const token = db.prepare('SELECT 1 FROM used_token WHERE token = ?');
    for (const [place, id] of this.records) {
      const [stream = '', seq = ''] = place.split(' ');
      const kept = Number(seq) >= Number(head.get(stream)?.first);
      if (kept)
        assert.equal(
          db.prepare(`SELECT id FROM ${stream}_record WHERE seq = ?`).get(Number(seq))?.id,
          id,
          `${where}: record ${place}`,
        );
      assert.ok(token.get(`${id}-token`), `${where}: token of ${place}`);
    }
    for (const [stream, seq] of this.#acknowledged) {
      const stored = Number(head.get(stream)?.acknowledged);
      assert.ok(stored >= seq, `${where}: ${stream} acknowledged to ${stored} of ${seq}`);
    }
    this.#assertPolicy(db, where);
  }

  #assertPolicy(db: DatabaseSync, where: string): void {
    const name = db.prepare('SELECT name FROM person WHERE id = ?');
    for (const [id, round] of this.#people) {
      const stored = Number(String(name.get(id)?.name).replace('Round ', ''));
      assert.ok(stored >= round, `${where}: ${id} is of round ${stored}, not ${round}`);
    }
    const version = db.prepare(`SELECT value FROM meta WHERE key = 'policyVersion'`).get()?.value;
    assert.ok(Number(version ?? 0) >= this.#version, `${where}: policy version`);
  }
}
