import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { RecordBodies, Stream } from '../../model/record.ts';
import type { CollectedPage, CollectedQuery, CollectedRecord, GatewayLog } from './collected.ts';
import { allSources, lastOf } from './sources.ts';

const DEFAULT_LIMIT = 100;
/** A cursor: instant and number of arrival of the last record of a page. */
export const CURSOR = /^(\d{1,15})-(\d{1,15})$/;

/** A page of collected records, the newest first. */
export function findCollected(db: DatabaseSync, query: CollectedQuery): CollectedPage {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const { conditions, values } = conditionsOf(query);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = db
    .prepare(
      `SELECT r.*, s.id AS stream_id, s.branch FROM collected_record AS r
       JOIN collected_source AS s ON s.n = r.source
       ${where} ORDER BY r.at DESC, r.n DESC LIMIT ?`,
    )
    .all(...values, limit + 1);
  const last = rows[limit - 1];
  const records = rows.slice(0, limit).map(recordOf);
  return rows.length <= limit || last === undefined
    ? { records }
    : { records, next: `${Number(last.at)}-${Number(last.n)}` };
}

function conditionsOf({ gateway, stream, person, from, to, after }: CollectedQuery) {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...given: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  if (person !== undefined) add('r.person = ?', person);
  if (gateway !== undefined) add('r.gateway = ?', gateway);
  if (stream !== undefined) add('r.stream = ?', stream);
  if (from !== undefined) add('r.at >= ?', from);
  if (to !== undefined) add('r.at < ?', to);
  const [, at, n] = CURSOR.exec(after ?? '') ?? [];
  if (at !== undefined && n !== undefined) add('(r.at, r.n) < (?, ?)', Number(at), Number(n));
  return { conditions, values };
}

function recordOf(row: Record<string, SQLOutputValue>): CollectedRecord {
  return {
    gateway: String(row.gateway),
    stream: row.stream as Stream,
    streamId: String(row.stream_id),
    seq: Number(row.seq),
    id: String(row.id),
    at: Number(row.at),
    clock: row.clock === 'trusted' ? 'trusted' : 'untrusted',
    body: JSON.parse(String(row.body)) as RecordBodies[Stream],
    hash: String(row.hash),
    received: Number(row.received),
    ...(Number(row.branch) > 0 ? { forked: true } : {}),
  };
}

/** How far each log has come, forks joined to the identity that they are of. */
export function collectedLogs(db: DatabaseSync): GatewayLog[] {
  const sources = allSources(db);
  return sources
    .filter(({ branch }) => branch === 0)
    .map((source) => ({
      gateway: source.gateway,
      stream: source.stream,
      streamId: source.id,
      last: lastOf(source),
      missing: source.missing.list.reduce((sum, { from, to }) => sum + to - from + 1, 0),
      forked: sources.some(({ id, stream, gateway, branch }) => {
        return (
          branch > 0 && id === source.id && stream === source.stream && gateway === source.gateway
        );
      }),
    }));
}
