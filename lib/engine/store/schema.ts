import { STREAMS, type Stream } from '../../model/record.ts';

/**
 * Each stream has a table of its own, in the order of its numbers: appending then fills page after page,
 * where one table for all would split and rewrite several at every few records.
 */
function recordTable(stream: Stream): string {
  return `CREATE TABLE ${stream}_record (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  clock TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;`;
}

/** Version 1: the policy, the numbered streams and what has to survive beside them. */
export const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  department TEXT,
  employee_number TEXT,
  status TEXT,
  valid_from TEXT,
  valid_to TEXT,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE "group" (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  break_glass INTEGER,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person_group (
  person TEXT NOT NULL REFERENCES person (id),
  group_id TEXT NOT NULL REFERENCES "group" (id),
  PRIMARY KEY (person, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_group_by_group ON person_group (group_id);

CREATE TABLE credential (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id),
  type TEXT NOT NULL,
  lookup TEXT NOT NULL,
  hint TEXT NOT NULL,
  status TEXT,
  valid_from TEXT,
  valid_to TEXT,
  label TEXT,
  duress INTEGER,
  model TEXT,
  attributes TEXT,
  search TEXT NOT NULL,
  sealed BLOB NOT NULL,
  template BLOB,
  token_key BLOB
) STRICT;
CREATE INDEX credential_by_person ON credential (person);
-- A value has one owner; only a PIN may be chosen by several people.
CREATE UNIQUE INDEX credential_by_value ON credential (lookup, type, iif(type = 'pin', id, ''));

CREATE TABLE holiday_group (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  days TEXT NOT NULL,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  rule TEXT NOT NULL,
  holidays TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE permission (
  id TEXT PRIMARY KEY,
  effect TEXT,
  person TEXT REFERENCES person (id),
  group_id TEXT REFERENCES "group" (id),
  everyone INTEGER,
  access_point TEXT,
  zone TEXT,
  everywhere INTEGER,
  schedule TEXT,
  stored_schedule TEXT GENERATED ALWAYS AS (nullif(schedule, 'always')) VIRTUAL
    REFERENCES schedule (id),
  valid_from TEXT,
  valid_to TEXT,
  source TEXT,
  attributes TEXT,
  search TEXT NOT NULL,
  CHECK ((person IS NOT NULL) + (group_id IS NOT NULL) + (everyone IS NOT NULL) = 1),
  CHECK ((access_point IS NOT NULL) + (zone IS NOT NULL) + (everywhere IS NOT NULL) = 1)
) STRICT, WITHOUT ROWID;
CREATE INDEX permission_by_person ON permission (person);
CREATE INDEX permission_by_group ON permission (group_id);
CREATE INDEX permission_by_schedule ON permission (stored_schedule);

CREATE TABLE stream (
  name TEXT PRIMARY KEY,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  base TEXT NOT NULL,
  head TEXT NOT NULL,
  acknowledged INTEGER NOT NULL,
  overwritten INTEGER NOT NULL,
  unsent_bytes INTEGER NOT NULL,
  mac TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which identity the numbers of a stream bear, from "since" on.
CREATE TABLE stream_identity (
  stream TEXT NOT NULL,
  since INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (stream, since)
) STRICT, WITHOUT ROWID;

${STREAMS.map(recordTable).join('\n')}

CREATE TABLE lockout (
  subject TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  window_start INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE used_token (token TEXT PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX used_token_by_expiry ON used_token (expires);

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

const COMMON_COLUMNS = `seq, strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') AS time, at, clock, id`;

const field = (path: string, name: string): string => `json_extract(body, '$.${path}') AS ${name}`;

const factors = (property: string, name: string): string =>
  `(SELECT group_concat(json_extract(value, '$.${property}'), ', ') FROM json_each(body, '$.credentials')) AS ${name}`;

const view = (stream: Stream, columns: readonly string[]): string =>
  `CREATE VIEW ${stream}_log AS SELECT ${[COMMON_COLUMNS, ...columns].join(', ')} FROM ${stream}_record;`;

/** Version 2: the log as people and reports read it; `person_id` on success only (D5). */
export const VIEWS = [
  view('access', [
    factors('type', 'credential_type'),
    factors('value', 'credential_value'),
    factors('reader', 'reader'),
    `iif(json_extract(body, '$.decision.outcome') = 'granted', 'success', 'failure') AS result`,
    field('decision.outcome', 'outcome'),
    field('decision.reasons[0]', 'reason'),
    field('decision.reasons', 'reasons'),
    field('decision.person.id', 'person_id'),
    field('decision.person.name', 'person_name'),
    field('decision.matchedPersonId', 'matched_person_id'),
    field('decision.accessPoint', 'access_point'),
    field('decision.direction', 'direction'),
    field('decision.by', 'decided_by'),
    field('decision.grant.permission', 'permission'),
    field('decision.marks', 'marks'),
    field('decision.id', 'decision'),
    field('requestToExit', 'request_to_exit'),
    field('snapshot', 'snapshot'),
  ]),
  view('command', [
    field('decision', 'decision'),
    field('output', 'output'),
    field('action', 'action'),
    field('state', 'state'),
    field('duration', 'duration'),
    field('error', 'error'),
  ]),
  view('passage', [
    field('decision', 'decision'),
    field('accessPoint', 'access_point'),
    field('person', 'person_id'),
    field('direction', 'direction'),
    field('outcome', 'outcome'),
    field('confirmed', 'confirmed'),
    field('zoneFrom', 'zone_from'),
    field('zoneTo', 'zone_to'),
  ]),
  view('event', [
    field('category', 'category'),
    field('code', 'code'),
    field('accessPoint', 'access_point'),
    field('author', 'author'),
    field('details', 'details'),
  ]),
].join('\n');
