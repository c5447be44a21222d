/**
 * Whose the pictures beside the log are: records of a gateway are let go of before its pictures are. A person whose
 * pictures were erased is remembered, for some may still be on their way from a gateway.
 */
export const PICTURE_TABLES = `
CREATE TABLE picture_person (
  snapshot TEXT NOT NULL,
  person TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (snapshot, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_by_person ON picture_person (person);
CREATE INDEX picture_by_time ON picture_person (at);

CREATE TABLE picture_erasure (
  person TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX collected_record_by_snapshot ON collected_record (gateway, json_extract(body, '$.snapshot'))
  WHERE json_extract(body, '$.snapshot') IS NOT NULL;
`;
