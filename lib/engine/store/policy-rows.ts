import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EntityKind } from '../../model/entity.ts';
import type { Deal } from '../../model/release.ts';
import type { PolicyCredential, PolicyPerson, PolicyRows } from '../../policy/policy.ts';
import { openForReading } from './database.ts';
import type { Codec } from './entities/codec.ts';
import { deal, firm, zone } from './entities/park.ts';
import { group } from './entities/people.ts';
import { holidayGroup, permission, schedule } from './entities/rights.ts';
import { tableOf, type Rows } from './entities/tables.ts';
import {
  CREDENTIALS_WITH_PASSES,
  policyCredential,
  type CredentialCells,
} from './entities/tags.ts';
import { releaseOverrides } from './release-state.ts';

/**
 * The whole policy of a database, read row by row as it is iterated, so that 50,000 people never stand in
 * memory twice. Every iteration has its own short connection: none may outlive a replaced WAL.
 */
export function policyRows(file: string): PolicyRows {
  return {
    version: reading(file, policyVersion),
    persons: rowsOf(file, persons),
    credentials: rowsOf(file, credentials),
    groups: rowsOf(file, (db) => entities(db, 'group', group)),
    permissions: rowsOf(file, (db) => entities(db, 'permission', permission)),
    schedules: rowsOf(file, (db) => entities(db, 'schedule', schedule)),
    holidayGroups: rowsOf(file, (db) => entities(db, 'holidayGroup', holidayGroup)),
    zones: rowsOf(file, (db) => entities(db, 'zone', zone)),
    firms: rowsOf(file, (db) => entities(db, 'firm', firm)),
    deals: rowsOf(file, openDeals),
    overrides: rowsOf(file, releaseOverrides),
  };
}

/** Version of the policy; 0 for a new database. */
export function policyVersion(db: DatabaseSync): number {
  return Number(db.prepare(`SELECT value FROM meta WHERE key = 'policyVersion'`).get()?.value ?? 0);
}

function reading<T>(file: string, read: (db: DatabaseSync) => T): T {
  const db = openForReading(file);
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function rowsOf<T>(file: string, read: (db: DatabaseSync) => Iterable<T>): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      const db = openForReading(file);
      try {
        yield* read(db);
      } finally {
        db.close();
      }
    },
  };
}

/** Rows as arrays: with 150,000 of them, names would cost as much as the values. */
function arrays<Row extends readonly unknown[]>(db: DatabaseSync, sql: string): Iterable<Row> {
  const statement: StatementSync = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement.iterate() as Iterable<unknown> as Iterable<Row>;
}

type PersonCells = [
  ...[id: string, name: string, status: string | null],
  ...[validFrom: string | null, validTo: string | null, antiPassbackExempt: number | null],
];

function* persons(db: DatabaseSync): Iterable<PolicyPerson> {
  const links = arrays<[string, string]>(
    db,
    'SELECT person, group_id FROM person_group ORDER BY person',
  )[Symbol.iterator]();
  let link = links.next();
  const sql =
    'SELECT id, name, status, valid_from, valid_to, anti_passback_exempt FROM person ORDER BY id';
  for (const [id, name, status, validFrom, validTo, exempt] of arrays<PersonCells>(db, sql)) {
    const groups: string[] = [];
    for (; link.done !== true && link.value[0] === id; link = links.next()) {
      groups.push(link.value[1]);
    }
    const person: PolicyPerson = { id, name, disabled: status === 'disabled', groups };
    if (validFrom !== null) person.validFrom = validFrom;
    if (validTo !== null) person.validTo = validTo;
    if (exempt === 1) person.antiPassbackExempt = true;
    yield person;
  }
}

function* credentials(db: DatabaseSync): Iterable<PolicyCredential> {
  for (const cells of arrays<CredentialCells>(db, CREDENTIALS_WITH_PASSES)) {
    yield policyCredential(cells);
  }
}

function* openDeals(db: DatabaseSync): Iterable<Deal> {
  const open = db.prepare('SELECT * FROM deal WHERE closed_at IS NULL ORDER BY id');
  for (const row of open.iterate()) yield deal.entity(row as object as Rows['deal']);
}

function* entities<K extends EntityKind>(db: DatabaseSync, kind: K, codec: Codec<K>) {
  for (const row of db.prepare(`SELECT * FROM "${tableOf(kind)}" ORDER BY id`).iterate()) {
    yield codec.entity(row as object as Rows[K]);
  }
}
