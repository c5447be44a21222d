import Type, { type Static } from 'typebox';
import type { EntityKind } from './entity.ts';

export const MASTERS = ['local', 'cloud'] as const;
export const Master = Type.Enum(MASTERS);
/** Where people, credentials and permissions are born: at the gateway itself, or at a server. */
export type Master = Static<typeof Master>;

/** The master in force, and the one that the site is on its way to. */
export interface MasterState {
  master: Master;
  movingTo?: Master;
}

/** What only the master may change (R-034, N14). What a gateway sees and does itself is its own in either mode. */
export const MASTERED_KINDS: ReadonlySet<EntityKind> = new Set([
  'holidayGroup',
  'schedule',
  'group',
  'zone',
  'firm',
  'person',
  'consent',
  'credential',
  'permission',
  'employment',
  'pass',
  'waiver',
]);
