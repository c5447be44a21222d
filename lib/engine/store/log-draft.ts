import { randomUUID, type KeyObject } from 'node:crypto';
import type { SQLInputValue } from 'node:sqlite';
import { AccessError } from '../../model/errors.ts';
import { uuidv7 } from '../../model/ids.ts';
import { STREAMS, type EventEntry, type Stream } from '../../model/record.ts';
import { canonicalJson } from './canonical.ts';
import { headMac, recordHash, type RawRecord } from './chain.ts';
import { COPY_MARK } from './copy-mark.ts';
import { perStream, settled, type Heads } from './heads.ts';
import { BLOCK_ROWS, ROW_CELLS, ROW_OVERHEAD, type LogStatements } from './log-statements.ts';
import type { StoreClock } from './store-clock.ts';

/** The log within one transaction. */
export class LogDraft {
  /** The heads as they will be after the commit. */
  readonly heads: Heads;
  readonly events: EventEntry[] = [];
  readonly #statements: LogStatements;
  readonly #clock: StoreClock;
  readonly #touched = new Set<Stream>();
  /** Rows that are not inserted yet, value by value. */
  readonly #cells: Record<Stream, SQLInputValue[]> = perStream(() => []);

  constructor(statements: LogStatements, heads: Readonly<Heads>, clock: StoreClock) {
    this.#statements = statements;
    this.#clock = clock;
    this.heads = perStream((stream) => ({ ...heads[stream] }));
  }

  /** Stores a record at the end of its stream and returns its number. */
  append(stream: Stream, record: RawRecord): number {
    const head = this.heads[stream];
    const seq = head.last + 1;
    const hash = recordHash(head.id, seq, record, head.head);
    const { id, at, clock, body } = record;
    this.#cells[stream].push(seq, id, at, clock, body, hash);
    if (this.#cells[stream].length === BLOCK_ROWS * ROW_CELLS) this.#insertBlock(stream);
    head.last = seq;
    head.head = hash;
    head.unsentBytes += Buffer.byteLength(body) + ROW_OVERHEAD;
    this.#touched.add(stream);
    return seq;
  }

  /** Stores an event of the store's own. */
  event(entry: EventEntry): void {
    const at = this.#clock.now();
    const body = canonicalJson(entry);
    this.append('event', { id: uuidv7(at), at, clock: this.#clock.state, body });
    this.events.push(entry);
  }

  /** Marks everything up to `seq` as sent. Throws INPUT_INVALID for a number that does not exist yet. */
  acknowledge(stream: Stream, seq: number): void {
    const head = this.heads[stream];
    if (!Number.isSafeInteger(seq) || seq < 0 || seq > head.last) {
      throw new AccessError(
        'INPUT_INVALID',
        `record ${seq} of ${stream} cannot be acknowledged: the newest is ${head.last}`,
      );
    }
    if (seq <= head.acknowledged) return;
    this.#insertRest(stream);
    head.unsentBytes -= this.#bytes(stream, settled(head), seq);
    head.acknowledged = seq;
    this.#touched.add(stream);
  }

  /** Deletes the oldest rows of a stream, those up to `seq`; unsent ones are counted as overwritten. */
  drop(stream: Stream, seq: number): void {
    this.#insertRest(stream);
    const head = this.heads[stream];
    const lost = Math.max(0, seq - settled(head));
    if (lost > 0) head.unsentBytes -= this.#bytes(stream, settled(head), seq);
    head.overwritten += lost;
    const { hashAt, deleteUpTo } = this.#statements.rows[stream];
    const row = hashAt.get(seq);
    head.base = row === undefined ? head.base : String(row.hash);
    head.first = seq + 1;
    deleteUpTo.run(seq);
    this.#touched.add(stream);
  }

  /** The number up to which rows after `after` have to go to free `bytes`, at most `limit` rows. */
  cutFor(stream: Stream, after: number, bytes: number, limit: number): number {
    this.#insertRest(stream);
    let freed = 0;
    let seq = after;
    for (const row of this.#statements.rows[stream].sizes.iterate(after, limit)) {
      if (freed >= bytes) break;
      freed += Number(row.bytes);
      seq = Number(row.seq);
    }
    return seq;
  }

  /**
   * Gives the numbers that follow a new identity: the database has come back from a backup, and the server
   * may know other records under the old identity and the same numbers (I2).
   */
  renew(): void {
    for (const stream of STREAMS) {
      const head = this.heads[stream];
      head.id = randomUUID();
      this.#statements.common.identify.run(stream, head.last + 1, head.id);
      this.#touched.add(stream);
    }
    this.#statements.common.ownCopy.run(COPY_MARK);
    this.event({ category: 'alarm', code: 'databaseRestored' });
  }

  /** Writes what is still to be written; the last step before the commit. */
  save(key: KeyObject): void {
    for (const stream of STREAMS) {
      if (!this.#touched.has(stream)) continue;
      this.#insertRest(stream);
      const head = this.heads[stream];
      const { first, last, base, acknowledged, overwritten, unsentBytes } = head;
      this.#statements.common.saveHead.run(
        ...[first, last, base, head.head, acknowledged, overwritten, unsentBytes],
        headMac(key, head),
        stream,
      );
    }
  }

  #insertBlock(stream: Stream): void {
    this.#statements.rows[stream].insertBlock.run(...this.#cells[stream]);
    this.#cells[stream] = [];
  }

  #insertRest(stream: Stream): void {
    const cells = this.#cells[stream];
    for (let row = 0; row < cells.length; row += ROW_CELLS) {
      this.#statements.rows[stream].insert.run(...cells.slice(row, row + ROW_CELLS));
    }
    this.#cells[stream] = [];
  }

  #bytes(stream: Stream, after: number, upTo: number): number {
    return Number(this.#statements.rows[stream].bytes.get(after, upTo)?.bytes);
  }
}
