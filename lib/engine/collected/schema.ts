/**
 * What a server has collected from its gateways. A source is one identity of one stream of one gateway; records that
 * contradict others under the same number go to a branch of it, so that nothing that was signed is thrown away.
 */
export const COLLECTED_TABLES = `
CREATE TABLE collected_source (
  n INTEGER PRIMARY KEY,
  gateway TEXT NOT NULL,
  stream TEXT NOT NULL,
  id TEXT NOT NULL,
  branch INTEGER NOT NULL,
  -- Ranges of numbers as JSON: stored, and missing for ever.
  stored TEXT NOT NULL,
  missing TEXT NOT NULL,
  -- Where the gateway's own log was found to end before this one; 0 if it does not.
  cut_off INTEGER NOT NULL,
  UNIQUE (gateway, stream, id, branch)
) STRICT;

CREATE TABLE collected_record (
  n INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES collected_source (n),
  seq INTEGER NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  clock TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  gateway TEXT NOT NULL,
  stream TEXT NOT NULL,
  person TEXT,
  received INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX collected_record_once ON collected_record (source, seq);
CREATE INDEX collected_record_by_time ON collected_record (at);
CREATE INDEX collected_record_by_gateway ON collected_record (gateway, at);
CREATE INDEX collected_record_by_person ON collected_record (person, at) WHERE person IS NOT NULL;
`;
