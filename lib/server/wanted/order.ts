import type { SyncKind } from './kinds.ts';

/** What has to happen to an item at a gateway. */
export interface Step {
  kind: SyncKind;
  /**
   * `drop`: is there and shall not be; `renew`: is there and shall be otherwise; `add`: is not there, or was somebody
   * else's.
   */
  what: 'drop' | 'renew' | 'add';
  /** A permission that refuses: somebody whom the gateway knows already, or who comes with it. */
  denies?: 'known' | 'new' | undefined;
}

/** Up to this place, something is taken from somebody: it must not stay unconfirmed. */
export const LAST_REVOCATION = 29;

/**
 * What frees comes before what gives: rights go, credentials are blocked, then refusals arrive, and only then
 * anybody gets more (D8). A tag learns that it is nobody's before its pass goes. What others refer to is written
 * before them and deleted after them. Smaller numbers travel first.
 */
const PLACES: Readonly<Record<Step['what'], Readonly<Record<SyncKind, number>>>> = {
  drop: {
    permission: 0,
    pass: 2,
    deal: 3,
    employment: 3,
    consent: 3,
    credential: 4,
    person: 5,
    firm: 60,
    zone: 61,
    group: 62,
    schedule: 63,
    holidayGroup: 64,
  },
  renew: {
    consent: 1,
    credential: 1,
    holidayGroup: 10,
    schedule: 11,
    group: 12,
    zone: 13,
    firm: 14,
    person: 20,
    permission: 21,
    employment: 30,
    pass: 22,
    deal: 23,
  },
  add: {
    holidayGroup: 10,
    schedule: 11,
    group: 12,
    zone: 13,
    firm: 14,
    person: 40,
    consent: 41,
    credential: 42,
    permission: 44,
    employment: 45,
    pass: 46,
    deal: 47,
  },
};
const DENIALS = { known: 25, new: 43 } as const;

/** The place of a step in what is sent to a gateway. */
export function placeOf({ kind, what, denies }: Step): number {
  return denies === undefined || what === 'drop' ? PLACES[what][kind] : DENIALS[denies];
}
