import { credentialFaults, type State } from './checks.ts';
import type { Moment } from './moment.ts';
import { NOT_COVERED } from './permissions.ts';
import type { EvaluateInput, Factor } from './policy.ts';
import { BIT, bitOfReason, type ReasonSet } from './reason-set.ts';
import { bitOf, type TypeSet } from './type-set.ts';

const NOBODY = -1;

/** One person of an attempt, with what they presented. */
export interface Party {
  readonly person: number;
  types: TypeSet;
  /** What is wrong with their credentials. */
  faults: ReasonSet;
  /** Row of the permission that lets them pass, once their rights were judged. */
  permission: number;
}

/** An attempt, sorted by who presented what. */
export interface Hearing {
  /** How many credentials were presented. */
  readonly readings: number;
  /** The people who were recognised, in the order in which they came. */
  parties: Party[];
  /** Every type that was presented. */
  types: TypeSet;
  /** What is wrong with readings that belong to nobody. */
  faults: ReasonSet;
  /** A reading other than a PIN belongs to nobody. */
  stranger: boolean;
  duress: boolean;
}

/** Sorts the factors of an attempt by their holders and checks each of them. */
export function hear(state: State, input: EvaluateInput, moment: Moment): Hearing {
  const hearing: Hearing = {
    readings: input.factors.length,
    parties: [],
    types: 0,
    faults: 0,
    stranger: false,
    duress: false,
  };
  let loosePin = false;
  for (const factor of input.factors) {
    const person = holderOf(state, input.factors, factor);
    const faults = readingFaults(factor, input.keypadLockedOut);
    hearing.types |= bitOf(factor.type);
    if (person !== NOBODY) {
      const party = partyOf(hearing, person);
      party.types |= bitOf(factor.type);
      party.faults |= faults | holderFaults(state, factor, person, moment);
      hearing.duress ||= isDuress(state, factor);
    } else {
      hearing.faults |= faults;
      if (factor.problem !== undefined) continue;
      if (factor.type === 'pin') loosePin = true;
      else hearing.stranger = true;
    }
  }
  if (hearing.stranger) hearing.faults |= BIT.unknownCredential;
  if (loosePin) hearing.faults |= loosePinFaults(hearing);
  return hearing;
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

function partyOf(hearing: Hearing, person: number): Party {
  for (const party of hearing.parties) if (party.person === person) return party;
  const party = { person, types: 0, faults: 0, permission: NOT_COVERED };
  // Most attempts have one party: a list of just one is far smaller than an empty one that grows.
  if (hearing.parties.length === 0) hearing.parties = [party];
  else hearing.parties.push(party);
  return party;
}

function readingFaults(factor: Factor, keypadLockedOut: boolean): ReasonSet {
  let faults = factor.problem === undefined ? 0 : bitOfReason(factor.problem);
  if (factor.lockedOut === true) faults |= BIT.credentialLockedOut;
  if (keypadLockedOut && factor.type === 'pin') faults |= BIT.keypadLockedOut;
  return faults;
}

function holderFaults(state: State, factor: Factor, person: number, moment: Moment): ReasonSet {
  if (factor.pin === 'wrong') return BIT.wrongPin;
  if (state.credentials.person(factor.credential) !== NOBODY) {
    return credentialFaults(state.credentials, factor.credential, moment);
  }
  return comparedPinFaults(state, person, factor.pin === 'duress', moment);
}

/**
 * A PIN was right, but it is not said which one: it has to be one of the person's PINs of that kind that
 * counts now.
 */
function comparedPinFaults(
  { credentials }: State,
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
function loosePinFaults(hearing: Hearing): ReasonSet {
  let faults = hearing.faults;
  for (const party of hearing.parties) faults |= party.faults;
  if (hearing.parties.length === 0) return BIT.unknownCredential;
  return (faults & (BIT.keypadLockedOut | BIT.credentialLockedOut)) === 0 ? BIT.wrongPin : 0;
}

function isDuress({ credentials }: State, factor: Factor): boolean {
  if (factor.pin === 'wrong') return false;
  return factor.pin === 'duress' || credentials.duress(factor.credential);
}
