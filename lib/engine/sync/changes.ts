import type { BatchItem } from '../../link/batch.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { WireValues } from '../../server/wanted/wire.ts';
import { readSecrets, type CredentialSecrets } from './credential-secrets.ts';
import type { Channel } from './exchange.ts';
import type { Secrets } from '../secrets.ts';
import { stampOfSecrets } from '../store/sync/items.ts';
import type { PreparedChange, SealedCredential, SideWrite } from '../store/store.ts';

export interface BatchChange {
  kind: SyncKind;
  id: string;
  change: PreparedChange;
  /** Committed with it. */
  side: SideWrite[];
}

/** No value comes with a credential: what is found by its digest needs no copy. */
const NO_VALUE = new Uint8Array(0);

/**
 * What an item of a batch changes here. A pass that shall go ends instead: its tag must not become an ordinary
 * credential again. Throws `KEY_MISMATCH` for secrets that cannot be opened.
 */
export function changeOf(item: BatchItem, channel: Channel, secrets: Secrets): BatchChange {
  if ('drop' in item) return { kind: item.drop, id: item.id, change: dropOf(item), side: [] };
  const { id } = item.value;
  if (item.put === 'credential') {
    const received = readSecrets(channel, id, item.secret);
    return { kind: 'credential', id, ...credentialOf(item.value, received, secrets) };
  }
  const change = { op: 'put', kind: item.put, value: item.value } as PreparedChange;
  return { kind: item.put, id, change, side: [] };
}

function dropOf({ drop: kind, id }: Extract<BatchItem, { drop: SyncKind }>): PreparedChange {
  if (kind !== 'pass') return { op: 'delete', kind, id };
  return { op: 'update', kind, value: { id, status: 'inactive', end: 'other' } };
}

function credentialOf(
  { lookup, hint, stamp, ...open }: WireValues['credential'],
  received: CredentialSecrets,
  secrets: Secrets,
): Pick<BatchChange, 'change' | 'side'> {
  const { id } = open;
  const seal = (kind: 'value' | 'template' | 'tokenKey', plain: Uint8Array | undefined) =>
    plain && secrets.seal(id, kind, plain);
  const sealed = seal('value', received.pin);
  const template = seal('template', received.template);
  const tokenKey = seal('tokenKey', received.tokenKey);
  const value: SealedCredential = {
    ...open,
    secret: { lookup, hint, sealed: sealed ?? NO_VALUE },
    ...(template && { template }),
    ...(tokenKey && { tokenKey }),
  };
  const local = stampOfSecrets([sealed, template, tokenKey]);
  const side =
    stamp === undefined ? [] : [{ kind: 'syncedSecret', credential: id, stamp, local } as const];
  return { change: { op: 'put', kind: 'credential', value }, side };
}
