import type { DatabaseSync } from 'node:sqlite';
import type { Passage } from '../../../model/decision.ts';
import type { ClockState } from '../../../model/record.ts';
import type { Stay } from '../../../policy/presence/stays.ts';
import { passageOfRow, present, stayOfRow, transitOfRow, type Row } from './rows.ts';

/** A passage as the history has it. */
export interface TransitEntry {
  /** Number in the order in which this gateway learnt of it. */
  n: number;
  passage: Passage;
  placed: number;
  clock: ClockState;
  /** The other gateway that saw it. */
  gateway?: string;
  superseded: boolean;
}

/** Where somebody was: the zone of the last passage before an instant. */
export interface PastPosition {
  person: string;
  zone?: string;
  at: number;
  passage: string;
  tag?: string;
}

/** Somebody who is or was inside: one entry for each zone, outer ones included. */
export interface Presence {
  person: string;
  zone: string;
  since: number;
  tag?: string;
}

/** A firm whose people somebody belongs to on a day. */
export interface Affiliation {
  person: string;
  firm: string;
  name: string;
}

/** What can be asked of the history, each with its answer. Instants in milliseconds since 1970 UTC. */
export interface HistoryAnswers {
  transit: TransitEntry | undefined;
  /** Of a person or a tag at an instant. */
  position: PastPosition | undefined;
  transits: TransitEntry[];
  stays: (Stay & { n: number })[];
  inside: Presence[];
  /** Passages that this gateway has seen itself, in the order of their numbers. */
  own: TransitEntry[];
  /** The newest of those numbers, 0 if there is none. */
  newest: number;
  affiliations: Affiliation[];
}

export interface HistoryQueries {
  transit: { id: string };
  position: { person?: string; tag?: string; at: number };
  transits: {
    from: number;
    to: number;
    person?: string;
    accessPoint?: string;
    /** Only those of nobody that no correction has resolved. */
    unresolved?: boolean;
    limit: number;
  };
  stays: {
    from: number;
    to: number;
    person?: string;
    zone?: string;
    tag?: string;
    after?: number;
    limit: number;
  };
  inside: { at: number };
  own: { after: number; limit: number };
  newest: Record<string, never>;
  /** `date` as `2026-12-31`. */
  affiliations: { date: string };
}

export type HistoryKind = keyof HistoryQueries;

/** Stays longer than this are found by an index of their own. Milliseconds; stands in the index, too. */
const LONG = 259_200_000;

type Answer<K extends HistoryKind> = (
  db: DatabaseSync,
  query: HistoryQueries[K],
) => HistoryAnswers[K];

const ANSWERS: { readonly [K in HistoryKind]: Answer<K> } = {
  transit(db, { id }) {
    const row = db.prepare('SELECT * FROM transit WHERE id = ?').get(id);
    return row && entryOfRow(row);
  },
  position(db, { person, tag, at }) {
    const column = person === undefined ? 'tag' : 'person';
    const sql = `SELECT * FROM transit WHERE ${column} = ? AND placed <= ? AND superseded = 0 AND outcome = 'taken'
      AND (zone_from IS NOT NULL OR zone_to IS NOT NULL) ORDER BY placed DESC, n DESC LIMIT 1`;
    const row = db.prepare(sql).get(person ?? tag ?? '', at);
    if (row === undefined) return undefined;
    const { id, zoneTo, placed, ...transit } = transitOfRow(row);
    return present<PastPosition>({
      person: transit.person,
      zone: zoneTo,
      at: placed,
      passage: id,
      tag: transit.tag,
    });
  },
  transits(db, { from, to, person, accessPoint, unresolved, limit }) {
    const sql = `SELECT * FROM transit WHERE placed >= ?1 AND placed < ?2
      ${person === undefined ? '' : 'AND person = ?3'}
      ${accessPoint === undefined ? '' : 'AND access_point = ?4'}
      ${unresolved === true ? 'AND person IS NULL AND superseded = 0' : ''}
      ORDER BY placed, n LIMIT ?5`;
    return rows(db, sql, [from, to, person ?? null, accessPoint ?? null, limit]).map(entryOfRow);
  },
  stays(db, { from, to, person, zone, tag, after, limit }) {
    const sql = `SELECT * FROM stay WHERE since < ?2 AND (until IS NULL OR until >= ?1)
      ${person === undefined ? '' : 'AND person = ?3'}
      ${zone === undefined ? '' : 'AND zone = ?4'}
      ${tag === undefined ? '' : 'AND tag = ?5'}
      AND n > ?6 ORDER BY n LIMIT ?7`;
    const values = [from, to, person ?? null, zone ?? null, tag ?? null, after ?? 0, limit];
    return rows(db, sql, values).map((row) => ({ ...stayOfRow(row), n: Number(row.n) }));
  },
  inside(db, { at }) {
    const columns = 'SELECT person, zone, since, tag FROM stay';
    // Without being told so the planner would walk through the whole history for the few long ones.
    const sql = `${columns} WHERE since > ?1 - ${LONG} AND since <= ?1 AND (until IS NULL OR until > ?1)
      UNION ALL ${columns} INDEXED BY stay_long WHERE since <= ?1 - ${LONG} AND until - since > ${LONG} AND until > ?1
      UNION ALL ${columns} INDEXED BY stay_open WHERE since <= ?1 - ${LONG} AND until IS NULL`;
    return rows(db, sql, [at]).map(({ person, zone, since, tag }) =>
      present<Presence>({
        person: String(person),
        zone: String(zone),
        since: Number(since),
        tag: tag === null || tag === undefined ? undefined : String(tag),
      }),
    );
  },
  own(db, { after, limit }) {
    const sql = 'SELECT * FROM transit WHERE n > ? AND gateway IS NULL ORDER BY n LIMIT ?';
    return rows(db, sql, [after, limit]).map(entryOfRow);
  },
  newest(db) {
    const sql = 'SELECT n FROM transit WHERE gateway IS NULL ORDER BY n DESC LIMIT 1';
    return Number(db.prepare(sql).get()?.n ?? 0);
  },
  affiliations(db, { date }) {
    const valid = `(valid_from IS NULL OR valid_from <= ?1) AND (valid_to IS NULL OR valid_to >= ?1)`;
    const sql = `SELECT e.person, f.id AS firm, f.name FROM employment e JOIN firm f ON f.id = e.firm WHERE ${valid}
      UNION SELECT p.person, f.id, f.name FROM pass p JOIN firm f ON f.id = p.firm WHERE p.status = 'active'`;
    return rows(db, sql, [date]).map(({ person, firm, name }) => ({
      person: String(person),
      firm: String(firm),
      name: String(name),
    }));
  },
};

/** Answers a question about who was where. Reads only. */
export function askHistory<K extends HistoryKind>(
  db: DatabaseSync,
  kind: K,
  query: HistoryQueries[K],
): HistoryAnswers[K] {
  return ANSWERS[kind](db, query);
}

/** Runs a statement with numbered parameters, of which it may leave some out. */
function rows(db: DatabaseSync, sql: string, values: readonly (string | number | null)[]): Row[] {
  const statement = db.prepare(sql);
  if (!sql.includes('?1')) return statement.all(...values);
  return statement.all(...values.slice(0, highest(sql)));
}

function highest(sql: string): number {
  return Math.max(...[...sql.matchAll(/\?(\d)/g)].map(([, number]) => Number(number)));
}

function entryOfRow(row: Row): TransitEntry {
  return present<TransitEntry>({
    n: Number(row.n),
    passage: passageOfRow(row),
    placed: Number(row.placed),
    clock: row.clock === 'trusted' ? 'trusted' : 'untrusted',
    gateway: row.gateway === null ? undefined : String(row.gateway),
    superseded: row.superseded === 1,
  });
}
