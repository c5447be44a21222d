import { credentialFaults, type State } from './checks.ts';
import { partyOf, type Hearing } from './hearing.ts';
import type { Moment } from './moment.ts';
import type { EvaluateInput, Factor } from './policy.ts';
import { BIT, bitOfReason, type ReasonSet } from './reason-set.ts';
import { bitOf } from './type-set.ts';

const NOBODY = -1;

/** Sorts the factors of an attempt by their holders and checks each of them. */
export function hear(state: State, input: EvaluateInput, hearing: Hearing): void {
  let loosePin = false;
  for (const factor of input.factors) {
    const person = holderOf(state, input.factors, factor);
    const faults = readingFaults(factor, input.keypadLockedOut);
    hearing.types |= bitOf(factor.type);
    if (person !== NOBODY) {
      hearHolder(state, hearing, factor, person, faults);
      continue;
    }
    hearing.faults |= faults;
    if (factor.problem !== undefined) continue;
    if (factor.type === 'pin') loosePin = true;
    else hearing.stranger = true;
  }
  if (hearing.stranger) hearing.faults |= BIT.unknownCredential;
  if (loosePin) hearing.faults |= loosePinFaults(hearing);
}

function hearHolder(
  state: State,
  hearing: Hearing,
  factor: Factor,
  person: number,
  faults: ReasonSet,
): void {
  const party = partyOf(hearing, person);
  party.types |= bitOf(factor.type);
  party.faults |= faults;
  if (factor.pin === 'wrong') {
    party.faults |= BIT.wrongPin;
    return;
  }
  party.faults |= holderFaults(state, factor, person, hearing.moment);
  if (factor.pin === 'duress' || state.credentials.duress(factor.credential)) hearing.duress = true;
}

/** A PIN that was compared belongs to the person it was compared for, unless it names another. */
function holderOf(state: State, factors: readonly Factor[], factor: Factor): number {
  if (factor.pin === undefined) return state.credentials.person(factor.credential);
  const named = factor.pin === 'wrong' ? NOBODY : state.credentials.person(factor.credential);
  return named === NOBODY ? companionOf(state, factors, factor) : named;
}

/** The person recognised last before a PIN was typed; if it was typed first, the first one after it. */
function companionOf(state: State, factors: readonly Factor[], pin: Factor): number {
  let found = NOBODY;
  let typed = false;
  for (const factor of factors) {
    if (factor === pin) typed = true;
    if (typed && found !== NOBODY) return found;
    if (factor.pin !== undefined) continue;
    const person = state.credentials.person(factor.credential);
    if (person !== NOBODY) found = person;
  }
  return found;
}

function readingFaults(factor: Factor, keypadLockedOut: boolean): ReasonSet {
  let faults = factor.problem === undefined ? 0 : bitOfReason(factor.problem);
  if (factor.lockedOut === true) faults |= BIT.credentialLockedOut;
  if (keypadLockedOut && factor.type === 'pin') faults |= BIT.keypadLockedOut;
  return faults;
}

function holderFaults(
  { credentials }: State,
  factor: Factor,
  person: number,
  moment: Moment,
): ReasonSet {
  if (factor.pin === undefined || credentials.person(factor.credential) !== NOBODY) {
    return credentialFaults(credentials, factor.credential, moment);
  }
  return comparedPinFaults(credentials, person, factor.pin === 'duress', moment);
}

/**
 * A PIN was right, but it is not said which one: it has to be one of the person's PINs of that kind that
 * counts now.
 */
function comparedPinFaults(
  credentials: State['credentials'],
  person: number,
  duress: boolean,
  moment: Moment,
): ReasonSet {
  let faults = 0;
  for (let index = credentials.first(person); index >= 0; index = credentials.next(index)) {
    if (credentials.type(index) !== 'pin' || credentials.duress(index) !== duress) continue;
    const own = credentialFaults(credentials, index, moment);
    if (own === 0) return 0;
    faults |= own;
  }
  return faults === 0 ? BIT.wrongPin : faults;
}

/** A PIN that belongs to nobody: wrong beside a known person, unless a lock-out kept it from being compared. */
function loosePinFaults({ parties, faults }: Hearing): ReasonSet {
  if (parties.length === 0) return BIT.unknownCredential;
  let all = faults;
  for (const party of parties) all |= party.faults;
  return (all & (BIT.keypadLockedOut | BIT.credentialLockedOut)) === 0 ? BIT.wrongPin : 0;
}
