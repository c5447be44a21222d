import type { CredentialType } from '../model/credential.ts';
import type { EventEntry } from '../model/record.ts';
import type { CredentialIndex, Factor, Policy } from '../policy/policy.ts';
import type { Lockouts } from './lockouts.ts';
import type { PinCheck, PinVerdict } from './pin-check.ts';
import type { Reading, Readings } from './readings.ts';
import type { SideWrite } from './store/store.ts';
import type { TokenCheck, TokenContext, TokenVerdict } from './token-check.ts';

/** What the checks of an attempt found out, besides a plain look-up, by the position of the reading. */
export interface Checked {
  pins: Map<number, PinVerdict>;
  tokens: Map<number, TokenVerdict>;
  keypadLockedOut: boolean;
  /** To be committed with the decision. */
  side: SideWrite[];
  alarms: EventEntry[];
}

export interface CheckContext extends TokenContext {
  /** Where wrong PINs are counted. */
  keypad: string;
}

/** A factor for the rules, and the id of its credential for the log. */
export interface Identified {
  factor: Factor;
  credential?: string;
}

export interface Identify {
  /** Checks what needs more than a look-up: PINs and signed tokens. Takes its time. */
  check(readings: readonly Reading[], context: CheckContext): Promise<Checked>;
  /** Looks all up in the present snapshot; the indexes hold until the next change. */
  resolve(readings: readonly Reading[], checked: Checked): Identified[];
}

interface Parts {
  policy: Policy;
  memory: Readings;
  pins: PinCheck;
  tokens: TokenCheck;
  lockouts: Lockouts;
}

const NOBODY: CredentialIndex = -1;

export function createIdentify({ policy, memory, pins, tokens, lockouts }: Parts): Identify {
  const find = (type: CredentialType, lookup: string | undefined): CredentialIndex =>
    lookup === undefined ? NOBODY : policy.findCredential(type, lookup);
  const indexOf = ({ type, lookup }: Reading): CredentialIndex => find(type, lookup);

  async function check(readings: readonly Reading[], context: CheckContext): Promise<Checked> {
    const checked: Checked = {
      pins: new Map(),
      tokens: new Map(),
      keypadLockedOut: false,
      side: [],
      alarms: [],
    };
    for (const [position, reading] of readings.entries()) {
      if (reading.type === 'pin') await checkPin(readings, position, context.keypad, checked);
      else if (tokens.isToken(reading)) {
        checked.tokens.set(position, await tokens.check(reading, context));
      }
    }
    return checked;
  }

  async function checkPin(
    readings: readonly Reading[],
    position: number,
    keypad: string,
    checked: Checked,
  ): Promise<void> {
    const reading = readings[position];
    if (reading?.lookup === undefined) return;
    if (lockouts.keypadResting(keypad)) {
      checked.keypadLockedOut = true;
      return;
    }
    const result = readings.every(({ type }) => type === 'pin')
      ? await pins.alone(reading, keypad)
      : await pins.beside(reading, companionOf(readings, position), keypad);
    checked.pins.set(position, result.verdict);
    checked.side.push(...result.side);
    checked.alarms.push(...result.alarms);
  }

  /** The person to whom a PIN must belong: recognised last before it, else first after it. */
  function companionOf(readings: readonly Reading[], position: number): string | undefined {
    const order = [...readings.slice(0, position).reverse(), ...readings.slice(position + 1)];
    for (const reading of order) {
      const index = reading.type === 'pin' ? NOBODY : indexOf(reading);
      if (index !== NOBODY) return policy.credentialAt(index).person;
    }
    return undefined;
  }

  function identifyPin(reading: Reading, verdict: PinVerdict | undefined): Identified {
    const { credential, pin, lockedOut } = verdict ?? {};
    const { lookup, formerLookup } = reading;
    const found = [lookup, formerLookup].map((one) => find('pin', one));
    const isIt = (index: CredentialIndex) =>
      index !== NOBODY && policy.credentialAt(index).id === credential;
    const factor: Factor = { type: 'pin', credential: found.find(isIt) ?? NOBODY };
    if (verdict === undefined) factor.problem = 'keypadLockedOut'; // it was not even compared
    if (pin !== undefined) factor.pin = pin;
    if (lockedOut) factor.lockedOut = true;
    return credential === undefined ? { factor } : { factor, credential };
  }

  function identifyToken({ type }: Reading, verdict: TokenVerdict): Identified {
    const factor: Factor = { type, credential: find(type, verdict.lookup) };
    const problem = tokens.isUsed(verdict) ? 'tokenUsed' : verdict.problem;
    if (problem !== undefined) factor.problem = problem;
    return named(factor);
  }

  function identifyValue(reading: Reading): Identified {
    const factor: Factor = { type: reading.type, credential: indexOf(reading) };
    if (factor.credential === NOBODY) return { factor };
    memory.remember(reading);
    if (policy.credentialAt(factor.credential).token) factor.problem = 'tokenInvalid';
    return named(factor);
  }

  function named(factor: Factor): Identified {
    if (factor.credential === NOBODY) return { factor };
    return { factor, credential: policy.credentialAt(factor.credential).id };
  }

  function resolve(readings: readonly Reading[], checked: Checked): Identified[] {
    return readings.map((reading, position) => {
      const token = checked.tokens.get(position);
      if (token !== undefined) return identifyToken(reading, token);
      if (reading.lookup === undefined) {
        return { factor: { type: reading.type, credential: NOBODY, problem: 'malformed' } };
      }
      if (reading.type === 'pin') return identifyPin(reading, checked.pins.get(position));
      return identifyValue(reading);
    });
  }

  return { check, resolve };
}
