import Type, { type Static } from 'typebox';
import type { Offer } from '../../link/sync/move.ts';
import { ENTITY_SCHEMAS, type StoredEntities } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import { closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { Secrets } from '../secrets.ts';
import type { Store } from '../store/store.ts';
import type { Channel } from '../sync/exchange.ts';

const Base64 = Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength: 4096 }));

/** An entity as it is told in full; what is secret of a credential is apart, in base64. */
const OfferedItem = Type.Object(
  {
    /** Its form is checked with its kind. */
    value: Type.Object({ id: Type.String() }),
    hint: Type.Optional(Type.String({ maxLength: 256 })),
    /** The canonical value, the packed template and the token key; a PIN has none that could be told. */
    secret: Type.Optional(
      Type.Object({ value: Base64, template: Base64, tokenKey: Base64 }, closed),
    ),
  },
  closed,
);
export type OfferedItem = Static<typeof OfferedItem>;
const offered = parser(OfferedItem);

type Named = Pick<Offer['items'][number], 'kind' | 'id'>;

/** An item of this engine in full, or in `brief` without what is secret; undefined if there is none. */
export async function offeredItem(
  { store, secrets }: { store: Store; secrets: Secrets },
  { kind, id }: Named,
  brief: boolean,
): Promise<OfferedItem | undefined> {
  const [entity] = await store.find({ kind, id, limit: 1 });
  if (entity === undefined) return undefined;
  const value = ownPart(kind, entity) as OfferedItem['value'];
  if (kind !== 'credential') return { value };
  const { type, hint } = entity as StoredEntities['credential'];
  if (brief || type === 'pin') return { value, hint };
  return { value, hint, secret: await openSecrets(store, secrets, id) };
}

/** What of a stored entity is its own, without what the store tells about it. */
export function ownPart(kind: SyncKind, entity: object): object {
  const names = new Set(Object.keys(ENTITY_SCHEMAS[kind].properties));
  return Object.fromEntries(Object.entries(entity).filter(([name]) => names.has(name)));
}

async function openSecrets(store: Store, secrets: Secrets, id: string) {
  const { sealed, template, tokenKey } = (await store.secrets(id)) ?? {};
  const open = (kind: 'value' | 'template' | 'tokenKey', bytes: Uint8Array | undefined) =>
    bytes === undefined || bytes.length === 0
      ? {}
      : { [kind]: Buffer.from(secrets.open(id, kind, bytes)).toString('base64') };
  return { ...open('value', sealed), ...open('template', template), ...open('tokenKey', tokenKey) };
}

/** Seals an item for the server, bound to its way and its name. */
export function sealOffered(
  channel: Channel,
  about: Named & { move: string },
  item: OfferedItem,
): string {
  return channel.seal(Buffer.from(JSON.stringify(item)), subject(about));
}

/** Opens what `sealOffered` has sealed. Throws `KEY_MISMATCH` or `INPUT_INVALID`. */
export function openOffered(
  channel: Channel,
  about: Named & { move: string },
  sealed: string,
): OfferedItem {
  const text = Buffer.from(channel.open(sealed, subject(about))).toString();
  const item = offered.parse(JSON.parse(text), `${about.kind} ${about.id}`);
  if (item.value.id === about.id) return item;
  throw new AccessError('INPUT_INVALID', `${about.kind} ${about.id} has another id`);
}

function subject({ move, kind, id }: Named & { move: string }): string {
  return `offer ${move} ${kind} ${id}`;
}
