import { AccessError } from '../model/errors.ts';
import { REASONS, type Reason } from '../model/reasons.ts';

/** A set of reasons as one 32-bit number: reasons are collected at every decision, most often none. */
export type ReasonSet = number;

/** Reasons that come from outside the rules and are never part of a set, which has room for 32. */
const NEVER_FOUND: ReadonlySet<Reason> = new Set([
  'engineUnavailable',
  'storeBroken',
  'internalError',
  'captured',
  'unverified',
  'hostUnreachable',
  'hostRefused',
  'hostTimeout',
]);

/** The reasons that a set can hold, in the order of evaluation from the lowest bit. */
export const FINDABLE: readonly Reason[] = REASONS.filter((reason) => !NEVER_FOUND.has(reason));

/** The bit of a reason. Throws INTERNAL for one that no set can hold: nothing is opened then. */
export function bitOfReason(reason: Reason): ReasonSet {
  const place = FINDABLE.indexOf(reason);
  if (place < 0 || place > 31) throw new AccessError('INTERNAL', `the rules never find ${reason}`);
  return 1 << place;
}

/** The reasons that the rules themselves find. */
export const BIT = {
  malformed: bitOfReason('malformed'),
  unknownCredential: bitOfReason('unknownCredential'),
  unknownAccessPoint: bitOfReason('unknownAccessPoint'),
  accessPointDisabled: bitOfReason('accessPointDisabled'),
  keypadLockedOut: bitOfReason('keypadLockedOut'),
  personDisabled: bitOfReason('personDisabled'),
  credentialDisabled: bitOfReason('credentialDisabled'),
  credentialLockedOut: bitOfReason('credentialLockedOut'),
  clockUntrusted: bitOfReason('clockUntrusted'),
  notYetValid: bitOfReason('notYetValid'),
  expired: bitOfReason('expired'),
  wrongMode: bitOfReason('wrongMode'),
  denyRule: bitOfReason('denyRule'),
  noRight: bitOfReason('noRight'),
  notPermittedNow: bitOfReason('notPermittedNow'),
  antiPassback: bitOfReason('antiPassback'),
  areaFull: bitOfReason('areaFull'),
  exitBlocked: bitOfReason('exitBlocked'),
  wrongPin: bitOfReason('wrongPin'),
  wrongSecondIdentifier: bitOfReason('wrongSecondIdentifier'),
  secondFactorTimeout: bitOfReason('secondFactorTimeout'),
  secondPersonRequired: bitOfReason('secondPersonRequired'),
} as const satisfies Partial<Record<Reason, ReasonSet>>;

/** The bits of some reasons. */
export function reasonSet(reasons: readonly Reason[]): ReasonSet {
  let set = 0;
  for (const reason of reasons) set |= bitOfReason(reason);
  return set;
}

const NO_REASONS: readonly Reason[] = Object.freeze([]);

/** Sets that came up before; there are few, and their lists are shared. */
const LISTS = new Map<ReasonSet, readonly Reason[]>();

/** The reasons of a set in the order of evaluation. */
export function listOf(set: ReasonSet): readonly Reason[] {
  if (set === 0) return NO_REASONS;
  let list = LISTS.get(set);
  if (list === undefined) {
    list = Object.freeze(FINDABLE.filter((reason) => (set & bitOfReason(reason)) !== 0));
    LISTS.set(set, list);
  }
  return list;
}
