import Type from 'typebox';
import { closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { MOST_PHOTO_BYTES } from '../faces/requests.ts';
import type { Channel } from './exchange.ts';

/** What travels sealed with a credential. */
export interface CredentialSecrets {
  /** The slow hash of a PIN (D4). */
  pin?: Uint8Array;
  template?: Uint8Array;
  tokenKey?: Uint8Array;
  /** Of which the gateway makes the template. */
  photo?: Uint8Array;
}

const base64 = (maxLength: number) =>
  Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength }));
const parcel = parser(
  Type.Object(
    {
      ...{ pin: base64(4096), template: base64(4096), tokenKey: base64(4096) },
      photo: base64(Math.ceil(MOST_PHOTO_BYTES / 3) * 4),
    },
    closed,
  ),
);

/** Seals the secrets of a credential for the other engine, bound to its id. */
export function writeSecrets(channel: Channel, id: string, secrets: CredentialSecrets): string {
  const texts = Object.entries(secrets as Record<string, Uint8Array>).map(([name, bytes]) => [
    name,
    Buffer.from(bytes).toString('base64'),
  ]);
  return channel.seal(Buffer.from(JSON.stringify(Object.fromEntries(texts))), about(id));
}

/** Opens what `writeSecrets` has sealed; nothing comes from nothing. Throws `KEY_MISMATCH` or `INPUT_INVALID`. */
export function readSecrets(
  channel: Channel,
  id: string,
  sealed: string | undefined,
): CredentialSecrets {
  if (sealed === undefined) return {};
  const text = Buffer.from(channel.open(sealed, about(id))).toString();
  const texts = parcel.parse(JSON.parse(text), `secrets of credential ${id}`);
  const bytes = Object.entries(texts).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return Object.fromEntries(bytes) as CredentialSecrets;
}

function about(id: string): string {
  return `credential ${id}`;
}
