/** Statements that remember that something of this person has to be looked at again. */
const person = (id: string): string =>
  `INSERT INTO fleet_dirty SELECT 'person', ${id} WHERE ${id} IS NOT NULL ON CONFLICT DO NOTHING;`;
const frame = (kind: string, id: string): string =>
  `INSERT INTO fleet_dirty VALUES ('${kind}', ${id}) ON CONFLICT DO NOTHING;`;
const members = (group: string): string =>
  `INSERT INTO fleet_dirty SELECT 'person', person FROM person_group WHERE group_id = ${group} ON CONFLICT DO NOTHING;`;

/** A permission of a group or of everybody concerns many people. */
const permission = (row: 'NEW' | 'OLD'): string => `
  ${person(`${row}.person`)}
  INSERT INTO fleet_dirty SELECT 'permission', ${row}.id WHERE ${row}.person IS NULL ON CONFLICT DO NOTHING;
  ${members(`${row}.group_id`)}
  INSERT INTO fleet_dirty SELECT 'person', id FROM person WHERE ${row}.everyone = 1 ON CONFLICT DO NOTHING;`;

/** A tag belongs to whoever holds it, and to its owner while nobody does. */
const pass = (row: 'NEW' | 'OLD'): string => `
  ${person(`${row}.person`)}
  ${person(`(SELECT person FROM credential WHERE id = ${row}.tag)`)}`;

const own = (row: 'NEW' | 'OLD'): string => person(`${row}.person`);

/** What a change of a row of each table leads to. */
const WATCHED: Readonly<Record<string, (row: 'NEW' | 'OLD') => string>> = {
  person: (row) => person(`${row}.id`),
  person_group: own,
  credential: (row) =>
    `${own(row)} ${person(`(SELECT person FROM pass WHERE tag = ${row}.id AND status = 'active')`)}`,
  consent: own,
  employment: own,
  deal: own,
  pass,
  permission,
  holiday_group: (row) => frame('holidayGroup', `${row}.id`),
  schedule: (row) => frame('schedule', `${row}.id`),
  zone: (row) => frame('zone', `${row}.id`),
  firm: (row) => frame('firm', `${row}.id`),
  group: (row) => `${frame('group', `${row}.id`)} ${members(`${row}.id`)}`,
};

/** Triggers cost nothing as long as no gateway has ever reported: then this is no server. */
const trigger = (table: string, event: string, body: string): string => `
CREATE TRIGGER fleet_${table}_${event.toLowerCase()} AFTER ${event} ON "${table}"
WHEN EXISTS (SELECT 1 FROM fleet_gateway) BEGIN ${body} END;`;

const TRIGGERS = Object.entries(WATCHED).flatMap(([table, dirty]) => [
  trigger(table, 'INSERT', dirty('NEW')),
  trigger(table, 'UPDATE', `${dirty('OLD')} ${dirty('NEW')}`),
  trigger(table, 'DELETE', dirty('OLD')),
]);

/**
 * Gateways and what each of them shall hold and holds, at a server; the origin of what was sent, at a gateway. The
 * database itself notes whose part of that has to be looked at again, in the transaction of the change: no way of
 * changing people and rights can forget it.
 */
export const SYNC_TABLES = `
CREATE TABLE fleet_gateway (
  id TEXT PRIMARY KEY,
  report TEXT NOT NULL,
  contact INTEGER NOT NULL,
  drift INTEGER NOT NULL,
  -- Numbers of the last batch that was sent and of the last one that was received.
  number INTEGER NOT NULL DEFAULT 0,
  received INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  -- People up to this id have been looked at since its access points changed; NULL after the last of them.
  reviewed TEXT DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE fleet_item (
  gateway TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  person TEXT,
  -- Digests; NULL where the gateway shall not have it, or has not.
  wanted TEXT,
  applied TEXT,
  -- What the batch with this number says of it; '' that it shall go.
  sent TEXT,
  number INTEGER,
  place INTEGER NOT NULL,
  since INTEGER NOT NULL,
  failed TEXT,
  tried INTEGER,
  PRIMARY KEY (gateway, kind, id)
) STRICT, WITHOUT ROWID;
-- Statements name the index that they need: without statistics SQLite reads all of a gateway instead.
CREATE INDEX fleet_item_by_person ON fleet_item (gateway, person) WHERE person IS NOT NULL;
CREATE INDEX fleet_item_pending ON fleet_item (gateway, place) WHERE wanted IS NOT applied;
CREATE INDEX fleet_item_sent ON fleet_item (gateway, number) WHERE number IS NOT NULL;

CREATE TABLE fleet_dirty (kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;

-- At a gateway: which secrets of a credential the server has sent, and what became of them here.
CREATE TABLE synced_secret (
  credential TEXT PRIMARY KEY REFERENCES credential (id) ON DELETE CASCADE,
  stamp TEXT NOT NULL,
  local TEXT NOT NULL
) STRICT, WITHOUT ROWID;
${TRIGGERS.join('\n')}
`;
