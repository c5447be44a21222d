import Type, { type Static } from 'typebox';
import { Consent } from '../../model/consent.ts';
import { Credential } from '../../model/credential.ts';
import { closed } from '../../model/fields.ts';
import { Employment, Firm } from '../../model/firm.ts';
import { Pass } from '../../model/pass.ts';
import { Permission } from '../../model/permission.ts';
import { Group, Person } from '../../model/person.ts';
import { Deal } from '../../model/release.ts';
import { HolidayGroup, Schedule } from '../../model/schedule.ts';
import { Zone } from '../../model/zone.ts';
import type { SyncKind } from './kinds.ts';

/** The digest by which a credential is found: see `Secrets.lookup`. */
const Lookup = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' });

/**
 * A credential on its way to a gateway. Its value stays at the server: the digest by which it is found is made with
 * a key that the site shares, so that it is the same everywhere.
 */
const WireCredential = Type.Object(
  {
    ...Type.Omit(Credential, ['value', 'label', 'template', 'tokenKey', 'attributes']).properties,
    lookup: Lookup,
    hint: Type.String({ maxLength: 256 }),
    /** Says which PIN hash, template and token key belong to it; absent if there is none of them. */
    stamp: Type.Optional(Lookup),
    /** The gateway makes the template itself, of a photo. */
    photo: Type.Optional(Type.Literal(true)),
  },
  closed,
);

/** What a gateway is told of each kind: only what its decisions need (data minimisation). */
export const WIRE_SCHEMAS = {
  holidayGroup: HolidayGroup,
  schedule: Schedule,
  group: Type.Omit(Group, ['attributes'], closed),
  zone: Type.Omit(Zone, ['attributes'], closed),
  firm: Type.Omit(Firm, ['accounting', 'penalty', 'attributes'], closed),
  person: Type.Omit(Person, ['department', 'employeeNumber', 'attributes'], closed),
  consent: Type.Omit(Consent, ['guardian', 'attributes'], closed),
  credential: WireCredential,
  permission: Type.Omit(Permission, ['attributes'], closed),
  employment: Type.Omit(
    Employment,
    ['workMode', 'nonWorkingDays', 'priority', 'attributes'],
    closed,
  ),
  pass: Type.Omit(Pass, ['replaces', 'note', 'attributes'], closed),
  deal: Type.Omit(Deal, ['note', 'attributes'], closed),
} as const;

export type WireValues = { [K in SyncKind]: Static<(typeof WIRE_SCHEMAS)[K]> };

const NAMES: Readonly<Record<SyncKind, readonly string[]>> = Object.fromEntries(
  Object.entries(WIRE_SCHEMAS).map(([kind, { properties }]) => [kind, Object.keys(properties)]),
) as unknown as Record<SyncKind, readonly string[]>;

/** Names of what is sent of a kind. */
export function wireNames(kind: SyncKind): readonly string[] {
  return NAMES[kind];
}

/** The part of an entity that is sent; what is not there is left out. */
export function wireValue<K extends SyncKind>(kind: K, entity: object): WireValues[K] {
  const source = entity as Readonly<Record<string, unknown>>;
  const value: Record<string, unknown> = {};
  for (const name of NAMES[kind]) if (source[name] !== undefined) value[name] = source[name];
  return value as WireValues[K];
}
