import type { BatchItem } from '../../link/sync/batch.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { WireValues } from '../../server/wanted/wire.ts';
import { readSecrets, type CredentialSecrets } from './credential-secrets.ts';
import type { Channel } from './exchange.ts';
import { requireModel } from '../../face/template.ts';
import type { ModelIdentity } from '../../model/credential.ts';
import { unpackTemplate } from '../faces/sealed-template.ts';
import type { Secrets } from '../secrets.ts';
import type { MadeTemplate } from '../store/faces/photos.ts';
import { stampOfSecrets } from '../store/sync/items.ts';
import type { PreparedChange, SealedCredential, SideWrite } from '../store/store.ts';

export interface BatchChange {
  kind: SyncKind;
  id: string;
  change: PreparedChange;
  /** Committed with it. */
  side: SideWrite[];
}

/** What has to be known for it. */
export interface Around {
  channel: Channel;
  secrets: Secrets;
  /** What makes templates of faces here, if that is known. */
  model: ModelIdentity | undefined;
  /** Templates that were made here of photos, by their credential. */
  made: ReadonlyMap<string, MadeTemplate>;
}

/** No value comes with a credential: what is found by its digest needs no copy. */
const NO_VALUE = new Uint8Array(0);

/**
 * What an item of a batch changes here. A pass that shall go ends instead: its tag must not become an ordinary
 * credential again. Throws `KEY_MISMATCH` for secrets that cannot be opened, `MODEL_MISMATCH` for the template of a face
 * that cannot be compared here.
 */
export function changeOf(item: BatchItem, { channel, secrets, model, made }: Around): BatchChange {
  if ('drop' in item) return { kind: item.drop, id: item.id, change: dropOf(item), side: [] };
  const { id } = item.value;
  if (item.put === 'credential') {
    const received = readSecrets(channel, id, item.secret);
    if (model !== undefined) requireSameModel(item.value, received, model);
    const own = made.get(id);
    return { kind: 'credential', id, ...credentialOf(item.value, received, secrets, own) };
  }
  const change = { op: 'put', kind: item.put, value: item.value } as PreparedChange;
  return { kind: item.put, id, change, side: [] };
}

function dropOf({ drop: kind, id }: Extract<BatchItem, { drop: SyncKind }>): PreparedChange {
  if (kind !== 'pass') return { op: 'delete', kind, id };
  return { op: 'update', kind, value: { id, status: 'inactive', end: 'other' } };
}

function credentialOf(
  { lookup, hint, stamp, photo, ...open }: WireValues['credential'],
  received: CredentialSecrets,
  secrets: Secrets,
  own: MadeTemplate | undefined,
): Pick<BatchChange, 'change' | 'side'> {
  const { id } = open;
  const seal = (kind: 'value' | 'template' | 'photo' | 'tokenKey', plain: Uint8Array | undefined) =>
    plain && secrets.seal(id, kind, plain);
  const sealed = seal('value', received.pin);
  const template = seal('template', received.template);
  const tokenKey = seal('tokenKey', received.tokenKey);
  const value: SealedCredential = {
    ...open,
    secret: { lookup, hint, sealed: sealed ?? NO_VALUE },
    ...(template && { template }),
    ...(tokenKey && { tokenKey }),
    ...(photo && own && madeHere(own)),
  };
  if (photo === true) {
    const side = photoSide(id, seal('photo', received.photo));
    return { change: { op: 'put', kind: 'credential', value }, side: [side] };
  }
  const local = stampOfSecrets([sealed, template, tokenKey]);
  const side =
    stamp === undefined ? [] : [{ kind: 'syncedSecret', credential: id, stamp, local } as const];
  return { change: { op: 'put', kind: 'credential', value }, side };
}

function requireSameModel(
  { type }: WireValues['credential'],
  { template }: CredentialSecrets,
  model: ModelIdentity,
): void {
  if (type === 'face' && template) requireModel(model, unpackTemplate(template).model);
}

function madeHere({ template, model }: MadeTemplate): Partial<SealedCredential> {
  return {
    ...(template && { template }),
    ...(model !== undefined && { model: JSON.parse(model) as ModelIdentity }),
  };
}

function photoSide(credential: string, photo: Uint8Array | undefined): SideWrite {
  return { kind: 'facePhoto', credential, origin: 'server', ...(photo && { photo }) };
}
