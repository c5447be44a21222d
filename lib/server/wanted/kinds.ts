import type { EntityKind } from '../../model/entity.ts';

/** What every gateway of a site holds: it is about nobody. What is referred to comes first. */
export const FRAME_KINDS = ['holidayGroup', 'schedule', 'group', 'zone', 'firm'] as const;
/** What belongs to a person, and goes where the person goes. */
export const PERSONAL_KINDS = [
  'person',
  'consent',
  'credential',
  'permission',
  'employment',
  'pass',
  'deal',
] as const;
/**
 * What is sent to gateways, in the order in which it can be written. Plans, corrections, waivers and the journal of
 * device service stay at the server: no decision at a door needs them.
 */
export const SYNC_KINDS = [
  ...FRAME_KINDS,
  ...PERSONAL_KINDS,
] as const satisfies readonly EntityKind[];

export type FrameKind = (typeof FRAME_KINDS)[number];
export type SyncKind = (typeof SYNC_KINDS)[number];
