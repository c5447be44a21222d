import type { DatabaseSync } from 'node:sqlite';

/** The answers of a server that may be repeated without asking again. */
export const ONLINE_TABLES = `
CREATE TABLE kept_answer (
  key TEXT PRIMARY KEY,
  until INTEGER NOT NULL,
  answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** An answer as it is stored: what was presented where, until when, and the answer as JSON. */
export interface KeptRow {
  key: string;
  until: number;
  answer: string;
}

export type OnlineWrite =
  ({ kind: 'answerKept' } & KeptRow) | { kind: 'answersOver'; keys: readonly string[] };

export function loadKeptAnswers(db: DatabaseSync): KeptRow[] {
  return db
    .prepare('SELECT * FROM kept_answer')
    .all()
    .map((row) => ({
      key: String(row.key),
      until: Number(row.until),
      answer: String(row.answer),
    }));
}

export function keptAnswerWriter(db: DatabaseSync): { write(side: OnlineWrite): void } {
  const keep = db.prepare(
    `INSERT INTO kept_answer (key, until, answer) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET until = excluded.until, answer = excluded.answer`,
  );
  const forget = db.prepare('DELETE FROM kept_answer WHERE key = ?');
  return {
    write(side) {
      if (side.kind === 'answerKept') keep.run(side.key, side.until, side.answer);
      else for (const key of side.keys) forget.run(key);
    },
  };
}
