import type { Level } from './levels.ts';
import type { Moment } from './moment.ts';
import { NOT_COVERED } from './permissions.ts';
import type { ReasonSet } from './reason-set.ts';
import type { Obstacles } from './policy.ts';
import type { AccessPointRules } from './rules.ts';
import type { TypeSet } from './type-set.ts';

/** One person of an attempt, with what they presented. */
export interface Party {
  readonly person: number;
  types: TypeSet;
  /** What is wrong with their credentials. */
  faults: ReasonSet;
  /** Row of the permission that lets them pass, once their rights were judged. */
  permission: number;
}

/** One attempt: where and when it happens, and who presented what. */
export interface Hearing {
  /** Undefined if the access point is not configured. */
  readonly point: AccessPointRules | undefined;
  /** What has to be presented; undefined if that depends on a time that cannot be trusted. */
  readonly level: Level | undefined;
  readonly moment: Moment;
  /** How many credentials were presented. */
  readonly readings: number;
  /** What speaks against the way itself. */
  readonly obstacles: Obstacles;
  /** The people who were recognised, in the order in which they came. */
  parties: readonly Party[];
  /** Every type that was presented. */
  types: TypeSet;
  /** What is wrong with readings that belong to nobody. */
  faults: ReasonSet;
  /** A reading other than a PIN belongs to nobody. */
  stranger: boolean;
  duress: boolean;
}

/** Most attempts get one party, so that no list ever has to grow. */
const NO_PARTIES: readonly Party[] = [];
const NO_OBSTACLES: Obstacles = () => [];

export function openHearing(
  point: AccessPointRules | undefined,
  level: Level | undefined,
  moment: Moment,
  readings: number,
  obstacles: Obstacles = NO_OBSTACLES,
): Hearing {
  return {
    point,
    level,
    moment,
    readings,
    obstacles,
    parties: NO_PARTIES,
    types: 0,
    faults: 0,
    stranger: false,
    duress: false,
  };
}

/** The party of a person, a new one if they have presented nothing yet. */
export function partyOf(hearing: Hearing, person: number): Party {
  for (const party of hearing.parties) if (party.person === person) return party;
  const party = { person, types: 0, faults: 0, permission: NOT_COVERED };
  hearing.parties = hearing.parties.length === 0 ? [party] : [...hearing.parties, party];
  return party;
}
