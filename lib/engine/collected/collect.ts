import type { DatabaseSync } from 'node:sqlite';
import type { LogFault, RecordBatch } from '../../link/log/records.ts';
import type { Stream } from '../../model/record.ts';
import { canonicalJson } from '../store/canonical.ts';
import type { CollectRequest, Collection } from './collected.ts';
import { chainFaults } from './continuity.ts';
import { openSource, saveSource, type Source, type SourceKey } from './sources.ts';

/** A record on its way into the tables; `body` is canonical JSON. */
export interface CollectedRow {
  seq: number;
  id: string;
  at: number;
  clock: 'trusted' | 'untrusted';
  body: string;
  hash: string;
  person: string | null;
}

/** Stores what is new of a batch, inside the transaction of its caller. */
export function collect(
  db: DatabaseSync,
  { gateway, batch }: CollectRequest,
  received: number,
): Collection {
  const rows = rowsOf(batch);
  const key = { gateway, stream: batch.stream, id: batch.id, branch: 0 };
  const { fresh, forked } = place(db, key, rows, received);
  const isFresh = new Set(fresh);
  const faults = [
    ...faultsOf('forked', batch.stream, forked),
    ...chainFaults(db, { gateway, batch, rows }).filter(({ from }) => isFresh.has(from)),
  ];
  return { received, fresh, faults };
}

function rowsOf({ stream, from, records }: RecordBatch): CollectedRow[] {
  return records.map(({ id, at, clock, body, hash }, index) => ({
    ...{ seq: from + index, id, at, clock, hash },
    body: canonicalJson(body),
    person: personOf(stream, body),
  }));
}

/**
 * Stores rows that are not there; those that differ from what is there under the same number go to the next branch.
 * Returns the numbers of all that were stored now, and of those among them that differ.
 */
function place(
  db: DatabaseSync,
  key: SourceKey,
  rows: readonly CollectedRow[],
  received: number,
): { fresh: number[]; forked: number[] } {
  if (rows.length === 0) return { fresh: [], forked: [] };
  const source = openSource(db, key);
  const known = knownHashes(db, source, rows);
  const absent = rows.filter(({ seq }) => !known.has(seq));
  insert(db, source, absent, received);
  const differing = rows.filter(({ seq, hash }) => (known.get(seq) ?? hash) !== hash);
  const beyond = place(db, { ...key, branch: key.branch + 1 }, differing, received);
  const fresh = absent.map(({ seq }) => seq);
  return {
    fresh: [...fresh, ...beyond.fresh],
    forked: key.branch > 0 ? [...fresh, ...beyond.forked] : beyond.forked,
  };
}

function knownHashes(
  db: DatabaseSync,
  source: Source,
  rows: readonly CollectedRow[],
): Map<number, string> {
  const stored = db
    .prepare('SELECT seq, hash FROM collected_record WHERE source = ? AND seq BETWEEN ? AND ?')
    .all(source.n, rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? 0);
  return new Map(stored.map(({ seq, hash }) => [Number(seq), String(hash)]));
}

function insert(
  db: DatabaseSync,
  source: Source,
  rows: readonly CollectedRow[],
  received: number,
): void {
  if (rows.length === 0) return;
  const statement = db.prepare(
    `INSERT INTO collected_record
       (source, seq, id, at, clock, body, hash, gateway, stream, person, received)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const { n, gateway, stream } = source;
  for (const { seq, id, at, clock, body, hash, person } of rows) {
    statement.run(n, seq, id, at, clock, body, hash, gateway, stream, person, received);
    source.stored.add({ from: seq, to: seq });
    source.missing.remove({ from: seq, to: seq });
  }
  saveSource(db, source);
}

/** One fault for each run of numbers. */
function faultsOf(kind: LogFault['kind'], stream: Stream, seqs: readonly number[]): LogFault[] {
  const faults: { kind: LogFault['kind']; stream: Stream; from: number; to: number }[] = [];
  for (const seq of seqs) {
    const last = faults.at(-1);
    if (last?.to === seq - 1) last.to = seq;
    else faults.push({ kind, stream, from: seq, to: seq });
  }
  return faults;
}

/** The person whom a record is about: let in, recognised but refused, or passed. */
function personOf(stream: Stream, body: Readonly<Record<string, unknown>>): string | null {
  if (stream === 'passage') return textOf(body.person);
  if (stream !== 'access') return null;
  const decision = objectOf(body.decision);
  return textOf(objectOf(decision.person).id) ?? textOf(decision.matchedPersonId);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
