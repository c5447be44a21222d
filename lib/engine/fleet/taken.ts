import Type from 'typebox';
import type { Offer } from '../../link/sync/move.ts';
import { CREDENTIAL_FORMS, Credential } from '../../model/credential.ts';
import { AccessError } from '../../model/errors.ts';
import { closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { wireNames } from '../../server/wanted/wire.ts';
import { checkForm } from '../change-form.ts';
import type { FaceSettings } from '../faces/settings.ts';
import { ownPart, type OfferedItem } from '../mastership/offered.ts';
import type { Secrets } from '../secrets.ts';
import type { PreparedChange, SealedCredential, Store } from '../store/store.ts';

type Named = Pick<Offer['items'][number], 'kind' | 'id'>;

export interface TakingParts {
  store: Store;
  secrets: Secrets;
  faces: Pick<FaceSettings, 'isShared' | 'isKeeping'>;
}

const openCredential = parser(Type.Omit(Credential, ['value', 'template', 'tokenKey'], closed));

/**
 * The change by which the server holds what a gateway has offered. What gateways are never told of, such as a
 * department, stays as it is here unless the gateway has its own. Throws why it cannot be taken over.
 */
export async function takenChange(
  { kind, id }: Named,
  item: OfferedItem,
  parts: TakingParts,
): Promise<PreparedChange> {
  const [known] = await parts.store.find({ kind, id, limit: 1 });
  const value = { ...untold(kind, known ?? {}), ...item.value };
  if (kind !== 'credential') {
    return { op: 'put', kind, value: checkForm('put', kind, value) };
  }
  return { op: 'put', kind, value: credentialOf(value, item, parts) };
}

function untold(kind: Named['kind'], known: object): object {
  const told = new Set(wireNames(kind));
  const own = Object.entries(ownPart(kind, known));
  return Object.fromEntries(own.filter(([name]) => !told.has(name)));
}

/** A value that the server itself has sent is not known at the gateway; the server has it. */
function credentialOf(
  value: unknown,
  { hint = '', secret = {} }: OfferedItem,
  { secrets, faces }: TakingParts,
): SealedCredential {
  const open = openCredential.parse(value, 'credential');
  const { id, type } = open;
  if (type === 'pin') throw refused(id, 'a PIN is known to nobody: enter it again at the server');
  const takesTemplates = faces.isShared && faces.isKeeping;
  if (type === 'face' && secret.template !== undefined && !takesTemplates) {
    throw new AccessError(
      'FORBIDDEN',
      `credential ${id}: no templates of faces are taken over here`,
    );
  }
  if (secret.value === undefined) return open;
  const canonical = Buffer.from(secret.value, 'base64').toString();
  if (!CREDENTIAL_FORMS[type].pattern.test(canonical)) throw refused(id, 'its value has no form');
  const seal = (kind: 'template' | 'tokenKey', text: string | undefined) =>
    text === undefined ? {} : { [kind]: secrets.seal(id, kind, Buffer.from(text, 'base64')) };
  const sealed = secrets.seal(id, 'value', Buffer.from(canonical));
  return {
    ...open,
    secret: { lookup: secrets.lookup(type, canonical), sealed, hint },
    ...seal('template', secret.template),
    ...seal('tokenKey', secret.tokenKey),
  };
}

function refused(id: string, why: string): AccessError {
  return new AccessError('INPUT_INVALID', `credential ${id}: ${why}`);
}
