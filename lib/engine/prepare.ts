import { setImmediate } from 'node:timers/promises';
import type { CredentialType } from '../model/credential.ts';
import type { Change } from '../model/entity.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import { checkForm } from './change-form.ts';
import { checkCorrection } from './correction-form.ts';
import { sealCredential, type CredentialValue } from './credential-change.ts';
import type { FaceSettings } from './faces/settings.ts';
import type { ChangeFailure } from './engine.ts';
import type { Secrets } from './secrets.ts';
import type { PreparedChange, Store } from './store/store.ts';

/** Decisions go on between two portions of an import. */
const PORTION = 50;

export interface PreparedChanges {
  /** Each with its position in the request. */
  ready: { index: number; change: PreparedChange }[];
  failed: ChangeFailure[];
}

interface Parts {
  secrets: Secrets;
  store: Store;
  faces: Pick<FaceSettings, 'isKeeping'>;
}

/** Checks changes of an author and seals their secrets, so that the store never sees a value. */
export async function prepareChanges(
  changes: readonly Change[],
  author: string,
  { secrets, store, faces }: Parts,
): Promise<PreparedChanges> {
  const result: PreparedChanges = { ready: [], failed: [] };
  const typeOf = createTypes(store);
  for (const [index, change] of changes.entries()) {
    if (index % PORTION === PORTION - 1) await setImmediate();
    try {
      if (change.kind === 'timeCorrection') checkCorrection(change, author);
      result.ready.push({ index, change: await prepare(change, { secrets, faces, typeOf }) });
    } catch (error) {
      const { code, message } = toAccessError(error);
      result.failed.push({ index, code, message });
    }
  }
  return result;
}

type TypeOf = (credential: CredentialValue) => Promise<CredentialType>;

async function prepare(
  change: Change,
  { secrets, faces, typeOf }: Pick<Parts, 'secrets' | 'faces'> & { typeOf: TypeOf },
): Promise<PreparedChange> {
  if (change.op === 'delete') return change;
  const { op, kind } = change;
  const value = checkForm(op, kind, change.value);
  // The form of its kind was checked; the compiler does not follow that through all kinds.
  if (kind !== 'credential') return { op, kind, value } as PreparedChange;
  const type = await typeOf(value);
  if (type === 'face' && 'template' in value && !faces.isKeeping) {
    throw new AccessError(
      'FORBIDDEN',
      `credential ${value.id}: no templates of faces are kept here`,
    );
  }
  return { op, kind, value: await sealCredential(value, type, secrets) };
}

/** The type of a credential: given, or given before in the same request, or stored. */
function createTypes(store: Store): TypeOf {
  const given = new Map<string, CredentialType>();
  return async ({ id, type }) => {
    if (type !== undefined) {
      given.set(id, type);
      return type;
    }
    const known = given.get(id);
    if (known !== undefined) return known;
    const [stored] = await store.find({ kind: 'credential', id, limit: 1 });
    if (stored === undefined)
      throw new AccessError('NOT_FOUND', `credential "${id}" does not exist`);
    return stored.type;
  };
}
