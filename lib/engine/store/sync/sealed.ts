import type { DatabaseSync } from 'node:sqlite';
import type { CredentialType } from '../../../model/credential.ts';
import { select } from './items.ts';

/** A credential whose value is stored here, sealed. */
export interface SealedRow {
  id: string;
  type: CredentialType;
  hint: string;
  sealed: Uint8Array;
}

/** Credentials with a value, by id. A PIN has none but its slow hash, and what a server has sent has none at all. */
export function sealedPage(
  db: DatabaseSync,
  { after, limit }: { after: string; limit: number },
): SealedRow[] {
  return select<SealedRow>(
    db,
    `SELECT id, type, hint, sealed FROM credential
     WHERE id > ? AND type <> 'pin' AND length(sealed) > 0 ORDER BY id LIMIT ?`,
    after,
    limit,
  );
}
