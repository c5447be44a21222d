import type { StoredCredential } from '../model/entity.ts';
import type { Policy } from '../policy/policy.ts';
import type { Lockouts, PinTry, TryResult } from './lockouts.ts';
import { verifyNothing, verifyPin } from './pin.ts';
import type { Reading } from './readings.ts';
import type { Secrets } from './secrets.ts';
import type { Store } from './store/store.ts';

/** What the check of one PIN says to the rules. */
export interface PinVerdict {
  /** The PIN credential that fits; absent if none does. */
  credential?: string;
  /** For a PIN beside another factor. */
  pin?: 'right' | 'duress' | 'wrong';
  /** The person is locked out; nothing was compared. */
  lockedOut?: true;
}

export interface CheckedPin extends TryResult {
  verdict: PinVerdict;
}

export interface PinCheck {
  /** Compares with the PINs of the person whom another factor names; nobody if that factor is unknown. */
  beside(reading: Reading, person: string | undefined, keypad: string): Promise<CheckedPin>;
  /** Finds the one holder of a PIN that is the only factor; a PIN that two people have is nobody's. */
  alone(reading: Reading, keypad: string): Promise<CheckedPin>;
}

interface Parts {
  policy: Policy;
  store: Store;
  secrets: Secrets;
  lockouts: Lockouts;
}

interface Pin {
  id: string;
  duress: boolean;
}

/** More holders of one PIN than anybody has to tell apart. */
const MOST_HOLDERS = 10;
const MOST_CREDENTIALS = 1000;
const NOT_COUNTED: TryResult = { side: [], alarms: [] };

export function createPinCheck({ policy, store, secrets, lockouts }: Parts): PinCheck {
  async function fits(pin: string, { id }: Pin): Promise<boolean> {
    const stored = await store.secrets(id);
    if (stored === undefined) return verifyNothing(pin);
    return verifyPin(pin, secrets.open(id, 'value', stored.sealed));
  }

  /** The one that fits, a duress PIN first. Without any PIN it takes the same time. */
  async function fitting(pin: string, pins: readonly Pin[]): Promise<Pin | undefined> {
    if (pins.length === 0) await verifyNothing(pin);
    const fit = await Promise.all(pins.map((candidate) => fits(pin, candidate)));
    const found = pins.filter((_, index) => fit[index]);
    return found.find(({ duress }) => duress) ?? found[0];
  }

  /** The PINs that count for the snapshot; which of them means duress is known to the store. */
  async function pinsOf(person: string): Promise<Pin[]> {
    const counting = new Set(policy.pinsOf(person));
    if (counting.size === 0) return [];
    const own = await store.find({ kind: 'credential', person, limit: MOST_CREDENTIALS });
    return own.filter(({ id }) => counting.has(id)).map(toPin);
  }

  /** Found by either digest: a PIN that two people have is nobody's, however they came by it. */
  async function holdersOf({ lookup, formerLookup }: Reading): Promise<StoredCredential[]> {
    const lookups = [lookup, formerLookup].filter((one) => one !== undefined);
    const found = lookups.map((one) =>
      store.find({ kind: 'credential', lookup: one, limit: MOST_HOLDERS }),
    );
    return (await Promise.all(found)).flat();
  }

  return {
    async beside({ canonical }, person, keypad) {
      if (person === undefined) {
        await verifyNothing(canonical);
        return { verdict: {}, ...NOT_COUNTED };
      }
      if (lockouts.personLocked(person)) return { verdict: { lockedOut: true }, ...NOT_COUNTED };
      const attempt = lockouts.begin(keypad, person);
      const found = await fitting(canonical, await pinsOf(person));
      return finished(attempt, besideVerdict(found));
    },
    async alone(reading, keypad) {
      const holders = await holdersOf(reading);
      const person = onlyPerson(holders);
      if (person !== undefined && lockouts.personLocked(person)) {
        return { verdict: { ...idOf(holders[0]), lockedOut: true }, ...NOT_COUNTED };
      }
      const attempt = lockouts.begin(keypad, person);
      const pins = person === undefined ? [] : holders.map(toPin);
      const found = await fitting(reading.canonical, pins);
      return finished(attempt, idOf(found));
    },
  };
}

function toPin({ id, duress }: StoredCredential): Pin {
  return { id, duress: duress === true };
}

function onlyPerson(holders: readonly StoredCredential[]): string | undefined {
  const persons = new Set(holders.map(({ person }) => person));
  return persons.size === 1 ? holders[0]?.person : undefined;
}

function idOf(holder: { id: string } | undefined): PinVerdict {
  return holder === undefined ? {} : { credential: holder.id };
}

function besideVerdict(found: Pin | undefined): PinVerdict {
  if (found === undefined) return { pin: 'wrong' };
  return { credential: found.id, pin: found.duress ? 'duress' : 'right' };
}

/** A try counts as wrong from its beginning, so one whose comparison throws stays counted. */
function finished(attempt: PinTry, verdict: PinVerdict): CheckedPin {
  const result = verdict.credential === undefined ? attempt.wrong() : attempt.right();
  return { verdict, ...result };
}
