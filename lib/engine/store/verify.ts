import { createSecretKey, type KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { STREAMS, type Stream } from '../../model/record.ts';
import { DATABASE_FILE, openForReading, storeError } from './database.ts';
import { readHeads, type StoredHead } from './heads.ts';
import { StreamVerifier, logRow, type LogProblem } from './stream-verifier.ts';

export type { LogProblem } from './stream-verifier.ts';

/** What the verifier found in one stream. */
export interface StreamReport {
  stream: Stream;
  /** Rows stored. */
  count: number;
  first: number;
  last: number;
  /** Hash of the newest row, to be compared with the one anchored elsewhere (N13). */
  head: string;
  problems: LogProblem[];
}

export interface LogReport {
  ok: boolean;
  /** Whether the ends of the log could be checked against the engine's key. */
  signed: boolean;
  streams: StreamReport[];
}

/**
 * Verifies the whole log of a data folder or database file: chains, numbers, heads and, with the log key,
 * the signatures of the heads. Reads row by row and changes nothing; may run beside the engine.
 * Throws STORE_BROKEN if the file cannot be read as a database of Gatewire.
 */
export function verifyLog(path: string, key?: Uint8Array): LogReport {
  const db = openLog(path);
  try {
    db.exec('BEGIN');
    const secret = key && createSecretKey(key);
    const heads = readHeads(db);
    const streams = STREAMS.map((stream) => verifyStream(db, stream, heads[stream], secret));
    const ok = streams.every(({ problems }) => problems.length === 0);
    return { ok, signed: key !== undefined, streams };
  } catch (error) {
    throw storeError(error, `the log in ${path} cannot be read`);
  } finally {
    db.close();
  }
}

function openLog(path: string): DatabaseSync {
  try {
    return openForReading(statSync(path).isDirectory() ? join(path, DATABASE_FILE) : path);
  } catch (error) {
    throw storeError(error, `the log in ${path} cannot be opened`);
  }
}

function verifyStream(
  db: DatabaseSync,
  stream: Stream,
  stored: StoredHead | undefined,
  key: KeyObject | undefined,
): StreamReport {
  if (stored === undefined) return lostStream(stream);
  const { head } = stored;
  const verifier = new StreamVerifier(stored);
  for (const row of rowsOf(db, stream)) verifier.add(logRow(row));
  verifier.end(key);
  const { first, last } = head;
  return {
    ...{ stream, count: verifier.count, first, last, head: head.head },
    problems: verifier.problems,
  };
}

function rowsOf(db: DatabaseSync, stream: Stream) {
  const statement = db.prepare(`SELECT * FROM ${stream}_record ORDER BY seq`);
  statement.setReadBigInts(true);
  return statement.iterate();
}

function lostStream(stream: Stream): StreamReport {
  const text = `the head of ${stream} is missing`;
  const problems: LogProblem[] = [{ stream, kind: 'head', from: 0, to: 0, text }];
  return { stream, count: 0, first: 0, last: 0, head: '', problems };
}
