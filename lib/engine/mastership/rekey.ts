import { setImmediate } from 'node:timers/promises';
import { toAccessError } from '../../model/errors.ts';
import { lookupWith, type Secrets } from '../secrets.ts';
import type { Store } from '../store/store.ts';
import type { SealedRow } from '../store/sync/sealed.ts';

/** Rows that are read at a time: live records wait so long. */
const PAGE = 500;

/** The secret part of a credential, found by a digest of other keys. */
export interface Rekeyed {
  id: string;
  secret: { lookup: string; sealed: Uint8Array; hint: string };
}

interface Parts {
  store: Store;
  secrets: Secrets;
}

/**
 * The next credentials whose value is known here, as they are found with other keys of `Secrets.siteKeys`. The value of
 * a PIN is known to nobody: it keeps its digest until the server sends one.
 */
export async function rekeyedPage(
  { store, secrets }: Parts,
  keys: Uint8Array,
  { after, limit }: { after: string; limit: number },
): Promise<Rekeyed[]> {
  const lookup = lookupWith(keys);
  const rows = await store.sync('sealed', { after, limit });
  return rows.flatMap((row) => {
    const canonical = openValue(row, secrets);
    if (canonical === undefined) return [];
    const { id, type, sealed, hint } = row;
    return [{ id, secret: { lookup: lookup(type, canonical), sealed, hint } }];
  });
}

/** All of them. Decisions go on meanwhile. */
export async function rekeyedAll(parts: Parts, keys: Uint8Array): Promise<Rekeyed[]> {
  const all: Rekeyed[] = [];
  for (;;) {
    const after = all.at(-1)?.id ?? '';
    const page = await rekeyedPage(parts, keys, { after, limit: PAGE });
    if (page.length === 0) return all;
    all.push(...page);
    await setImmediate();
  }
}

/** A value that cannot be opened is a difference like any other. */
function openValue({ id, sealed }: SealedRow, secrets: Secrets): string | undefined {
  try {
    return Buffer.from(secrets.open(id, 'value', sealed)).toString();
  } catch (error) {
    if (toAccessError(error).code === 'KEY_MISMATCH') return undefined;
    throw error;
  }
}
