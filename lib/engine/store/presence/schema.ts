/**
 * Who went where and who is where. A transit is a passage as reports need it, for longer than the ring of records
 * keeps it; positions and stays are worked out from the transits that count. There are no references to people or
 * zones: what has happened stays when they are deleted.
 */
export const PRESENCE_TABLES = `
CREATE TABLE transit (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- Its place in the history of a person; "at" is what the record says, right or wrong.
  placed INTEGER NOT NULL,
  at INTEGER NOT NULL,
  clock TEXT NOT NULL,
  -- The gateway that saw it; null for this one.
  gateway TEXT,
  person TEXT,
  tag TEXT,
  host TEXT,
  access_point TEXT,
  direction TEXT NOT NULL,
  outcome TEXT NOT NULL,
  confirmed INTEGER NOT NULL,
  zone_from TEXT,
  zone_to TEXT,
  decision TEXT,
  corrects TEXT,
  reason TEXT,
  author TEXT,
  -- A correction stands in its place.
  superseded INTEGER NOT NULL
) STRICT;
CREATE INDEX transit_by_person ON transit (person, placed);
CREATE INDEX transit_by_tag ON transit (tag, placed) WHERE tag IS NOT NULL;
CREATE INDEX transit_by_access_point ON transit (access_point, placed);
CREATE INDEX transit_by_time ON transit (placed);
CREATE INDEX transit_by_corrected ON transit (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX transit_unresolved ON transit (placed) WHERE person IS NULL AND superseded = 0;

CREATE TABLE stay (
  n INTEGER PRIMARY KEY,
  person TEXT NOT NULL,
  zone TEXT NOT NULL,
  tag TEXT,
  since INTEGER NOT NULL,
  until INTEGER,
  entered INTEGER,
  "left" INTEGER,
  entered_by TEXT,
  left_by TEXT
) STRICT;
CREATE INDEX stay_by_person ON stay (person, since);
CREATE INDEX stay_by_zone ON stay (zone, since);
CREATE INDEX stay_by_time ON stay (since);
CREATE INDEX stay_open ON stay (zone, person) WHERE until IS NULL;
CREATE INDEX stay_long ON stay (zone, until) WHERE until - since > 259200000;

CREATE TABLE position (
  person TEXT PRIMARY KEY,
  zone TEXT,
  at INTEGER NOT NULL,
  passage TEXT NOT NULL,
  tag TEXT,
  -- Counts as unknown for anti-passback and occupancy until the next passage.
  forgiven INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
