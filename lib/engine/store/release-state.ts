import type { DatabaseSync } from 'node:sqlite';
import { optional } from '../../model/optional.ts';
import type { ReleaseOverride } from '../../model/release.ts';
import type { ReleaseWrite, UsedKey } from './store.ts';

/** Keys of accounting systems that have counted, overrides that are not used up, and the way to open deals. */
export const RELEASE_TABLES = `
CREATE TABLE mark_key (
  firm TEXT NOT NULL,
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (firm, source, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE release_override (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  firm TEXT,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX deal_open ON deal (id) WHERE closed_at IS NULL;
`;

/** Overrides that were not used up, in the order of their ids. */
export function* releaseOverrides(db: DatabaseSync): Iterable<ReleaseOverride> {
  for (const row of db.prepare('SELECT * FROM release_override ORDER BY id').iterate()) {
    yield {
      id: String(row.id),
      person: String(row.person),
      ...optional('firm', typeof row.firm === 'string' ? row.firm : undefined),
      reason: String(row.reason),
      author: String(row.author),
      at: Number(row.at),
      expires: Number(row.expires),
    };
  }
}

/** What a key stood for; undefined if it has not been used. */
export function usedKey(
  db: DatabaseSync,
  firm: string,
  source: string,
  key: string,
): UsedKey | undefined {
  const row = db
    .prepare('SELECT digest, answer FROM mark_key WHERE firm = ? AND source = ? AND key = ?')
    .get(firm, source, key);
  return row && { digest: String(row.digest), answer: String(row.answer) };
}

/** Writes what marks, overrides and exits lead to, inside the transaction of the caller. */
export function releaseWriter(db: DatabaseSync) {
  const close = db.prepare('UPDATE deal SET closed_at = ? WHERE id = ? AND closed_at IS NULL');
  const override = db.prepare('INSERT INTO release_override VALUES (?, ?, ?, ?, ?, ?, ?)');
  const over = db.prepare('DELETE FROM release_override WHERE id = ?');
  const key = db.prepare(
    'INSERT INTO mark_key (firm, source, key, digest, answer, at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return {
    write(side: ReleaseWrite): void {
      switch (side.kind) {
        case 'dealClosed':
          close.run(side.at, side.deal);
          break;
        case 'override': {
          const { id, person, firm = null, reason, author, at, expires } = side.override;
          override.run(id, person, firm, reason, author, at, expires);
          break;
        }
        case 'overrideOver':
          over.run(side.id);
          break;
        case 'markKey':
          key.run(side.firm, side.source, side.key, side.digest, side.answer, side.at);
      }
    },
  };
}
