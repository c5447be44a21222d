export const PASSAGE_KINDS = ['door', 'turnstile', 'speedGate', 'barrier', 'mantrap'] as const;
export type PassageKind = (typeof PASSAGE_KINDS)[number];

export interface KindTraits {
  /** One lock with a contact, or two ways with passage sensors. */
  shape: 'door' | 'lane';
  countsOn: 'entering' | 'leaving';
  /** How long such a device usually waits for somebody to come, in milliseconds. */
  waitingTime: number;
  /** How long somebody may stand in the passage or in the airlock, in milliseconds. */
  loiteringTime: number;
  /** How many grants may usually wait behind the one that is acted on. */
  queueLength: number;
}

/** What tells the kinds apart; a mantrap is a door that stands in an interlock group. */
export const KINDS: Readonly<Record<PassageKind, KindTraits>> = {
  door: {
    shape: 'door',
    countsOn: 'entering',
    waitingTime: 5000,
    loiteringTime: 8000,
    queueLength: 9,
  },
  turnstile: {
    shape: 'lane',
    countsOn: 'entering',
    waitingTime: 5000,
    loiteringTime: 8000,
    queueLength: 1,
  },
  speedGate: {
    shape: 'lane',
    countsOn: 'entering',
    waitingTime: 8000,
    loiteringTime: 8000,
    queueLength: 1,
  },
  barrier: {
    shape: 'lane',
    countsOn: 'leaving',
    waitingTime: 30_000,
    loiteringTime: 60_000,
    queueLength: 1,
  },
  mantrap: {
    shape: 'door',
    countsOn: 'entering',
    waitingTime: 5000,
    loiteringTime: 30_000,
    queueLength: 0,
  },
};
