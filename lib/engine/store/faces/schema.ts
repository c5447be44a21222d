/** Consents to keep a template of the face, and the way to all templates. */
export const FACE_TABLES = `
CREATE TABLE consent (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id),
  text TEXT NOT NULL,
  language TEXT NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  guardian TEXT,
  withdrawn_at INTEGER,
  attributes TEXT,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_by_person ON consent (person);
CREATE INDEX face_template ON credential (id) WHERE type = 'face' AND template IS NOT NULL;
`;
