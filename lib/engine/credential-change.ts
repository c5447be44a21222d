import {
  CREDENTIAL_FORMS,
  canonicalValue,
  type Credential,
  type CredentialType,
  type TokenKey,
} from '../model/credential.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import { tokenKeyBytes } from '../readers/token/keys.ts';
import { TEMPLATE_FORM, isTemplate } from '../face/template.ts';
import { maskValue } from './masking.ts';
import { hashPin, pinWeakness } from './pin.ts';
import type { Secrets } from './secrets.ts';
import type { SealedCredential } from './store/store.ts';
import { packTemplate } from './faces/sealed-template.ts';
import { sealTokenKey } from './token-check.ts';

/** About 1,024 bytes of features and a little room for the header of the format. */
const MOST_TEMPLATE_BYTES = 1088;
/** A 4-byte card number that begins so is made up anew at each tap (ISO/IEC 14443-3). */
const RANDOM_UID = /^08[0-9A-F]{6}$/;

export type CredentialValue = Partial<Credential> & { id: string };

/**
 * Checks what a credential of this type may carry and replaces every secret by its digest, hash or sealed
 * copy. Throws `INPUT_INVALID`, without ever repeating the value.
 */
export async function sealCredential(
  credential: CredentialValue,
  type: CredentialType,
  secrets: Secrets,
): Promise<SealedCredential> {
  const { value, template, tokenKey, ...open } = credential;
  checkFit(credential, type);
  const sealed: SealedCredential = { ...open };
  if (value !== undefined) sealed.secret = await sealValue(credential.id, type, value, secrets);
  if (template !== undefined) sealed.template = sealTemplate(credential, template, secrets);
  if (tokenKey !== undefined) {
    checkTokenKey(credential.id, tokenKey);
    sealed.tokenKey = sealTokenKey(secrets, credential.id, tokenKey);
  }
  return sealed;
}

function checkFit(credential: CredentialValue, type: CredentialType): void {
  const { id, value, template, model, tokenKey, duress } = credential;
  const isBiometric = type === 'face' || type === 'fingerprint';
  if (credential.type !== undefined && value === undefined) {
    throw invalid(id, 'a new type needs a new value');
  }
  if (template !== undefined && !isBiometric) throw invalid(id, `a ${type} has no template`);
  if (template !== undefined && model === undefined) {
    throw invalid(id, 'a template needs the identity of its model');
  }
  if (model !== undefined && template === undefined) {
    throw invalid(id, 'the identity of a model belongs to a template');
  }
  if (tokenKey !== undefined && type !== 'qr') throw invalid(id, `a ${type} has no token key`);
  if (duress && type !== 'pin') throw invalid(id, 'only a PIN can be a duress code');
}

async function sealValue(
  id: string,
  type: CredentialType,
  value: string,
  secrets: Secrets,
): Promise<NonNullable<SealedCredential['secret']>> {
  const canonical = canonicalValue(type, value);
  checkValue(id, type, canonical);
  const plain = type === 'pin' ? await hashPin(canonical) : Buffer.from(canonical);
  return {
    lookup: secrets.lookup(type, canonical),
    sealed: secrets.seal(id, 'value', plain),
    hint: maskValue(type, canonical),
  };
}

function checkValue(id: string, type: CredentialType, canonical: string): void {
  const { pattern, form } = CREDENTIAL_FORMS[type];
  if (!pattern.test(canonical)) throw invalid(id, `a ${type} value is ${form}`);
  if (type === 'card' && RANDOM_UID.test(canonical)) {
    throw invalid(
      id,
      'this card shows a new random number at each tap; it cannot be enrolled by it',
    );
  }
  const weakness = type === 'pin' ? pinWeakness(canonical) : undefined;
  if (weakness !== undefined) throw invalid(id, `the PIN ${weakness}; choose another`);
}

function checkTokenKey(id: string, key: TokenKey): void {
  try {
    tokenKeyBytes(key);
  } catch (error) {
    throw invalid(id, toAccessError(error).message);
  }
}

function sealTemplate(
  { id, model }: CredentialValue,
  template: string,
  secrets: Secrets,
): Uint8Array {
  const bytes = Buffer.from(template, 'base64');
  if (bytes.length === 0 || bytes.length > MOST_TEMPLATE_BYTES) {
    throw invalid(id, `a template has 1 to ${MOST_TEMPLATE_BYTES} bytes`);
  }
  if (model?.quantisation === TEMPLATE_FORM && !isTemplate(bytes, model.dimension ?? 0)) {
    throw invalid(id, `the template does not have the form "${TEMPLATE_FORM}"`);
  }
  return secrets.seal(id, 'template', packTemplate({ model, bytes }));
}

function invalid(id: string, what: string): AccessError {
  return new AccessError('INPUT_INVALID', `credential ${id}: ${what}`);
}
