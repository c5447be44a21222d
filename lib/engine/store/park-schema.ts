/** Version 3: zones, firms and what links them with people: employment, plans, passes, deals, device service. */
export const PARK_TABLES = `
ALTER TABLE person ADD COLUMN anti_passback_exempt INTEGER;

CREATE TABLE zone (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  parent TEXT REFERENCES zone (id),
  anti_passback TEXT,
  occupancy TEXT,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX zone_by_parent ON zone (parent);

CREATE TABLE firm (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  accounting TEXT,
  release TEXT,
  penalty TEXT,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE employment (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id),
  firm TEXT NOT NULL REFERENCES firm (id),
  valid_from TEXT,
  valid_to TEXT,
  work_mode TEXT,
  non_working_days INTEGER,
  priority INTEGER,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX employment_by_person ON employment (person, firm, ifnull(valid_from, ''));
CREATE INDEX employment_by_firm ON employment (firm);

CREATE TABLE planned_day (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id),
  firm TEXT NOT NULL REFERENCES firm (id),
  date TEXT NOT NULL,
  arrival TEXT,
  departure TEXT,
  stay INTEGER,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX planned_day_by_person ON planned_day (person, firm, date);
CREATE INDEX planned_day_by_firm ON planned_day (firm, date);

CREATE TABLE pass (
  id TEXT PRIMARY KEY,
  tag TEXT NOT NULL REFERENCES credential (id),
  person TEXT NOT NULL REFERENCES person (id),
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  reason TEXT,
  replaces TEXT REFERENCES pass (id) ON DELETE SET NULL,
  host TEXT REFERENCES person (id) ON DELETE SET NULL,
  firm TEXT REFERENCES firm (id),
  ended_at TEXT,
  "end" TEXT,
  note TEXT,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- A tag leads to one holder (R-075).
CREATE UNIQUE INDEX pass_active ON pass (tag) WHERE status = 'active';
CREATE INDEX pass_by_tag ON pass (tag);
CREATE INDEX pass_by_person ON pass (person);
CREATE INDEX pass_by_firm ON pass (firm);
CREATE INDEX pass_by_host ON pass (host) WHERE host IS NOT NULL;
CREATE INDEX pass_by_replaced ON pass (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX pass_by_end ON pass (valid_to) WHERE status = 'active' AND valid_to IS NOT NULL;

CREATE TABLE waiver (
  id TEXT PRIMARY KEY,
  pass TEXT NOT NULL REFERENCES pass (id) ON DELETE CASCADE,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX waiver_by_pass ON waiver (pass);

CREATE TABLE deal (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id),
  firm TEXT NOT NULL REFERENCES firm (id),
  role TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  goods_at INTEGER,
  documents_at INTEGER,
  payment_at INTEGER,
  permission_at INTEGER,
  reference TEXT,
  closed_at INTEGER,
  note TEXT,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX deal_by_person ON deal (person);
CREATE INDEX deal_by_firm ON deal (firm, opened_at);

CREATE TABLE fitting (
  id TEXT PRIMARY KEY,
  link TEXT NOT NULL,
  part TEXT NOT NULL,
  host TEXT NOT NULL,
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  "by" TEXT,
  coordinates TEXT,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX fitting_by_host ON fitting (host, at);
CREATE INDEX fitting_by_part ON fitting (part, at);
`;
