import type { DatabaseSync } from 'node:sqlite';

/** That the secrets of a credential came from the server; committed with the credential itself. */
export interface SyncedSecret {
  kind: 'syncedSecret';
  credential: string;
  /** The server's name for them. */
  stamp: string;
  /** Ours, for what is stored here. */
  local: string;
}

/** Writes where secrets come from, inside the transaction of the caller. */
export function syncedWriter(db: DatabaseSync) {
  const save = db.prepare(
    `INSERT INTO synced_secret (credential, stamp, local)
     SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM credential WHERE id = ?1)
     ON CONFLICT DO UPDATE SET stamp = excluded.stamp, local = excluded.local`,
  );
  return ({ credential, stamp, local }: SyncedSecret): void => {
    save.run(credential, stamp, local);
  };
}
