import type { CredentialType } from '../model/credential.ts';
import { credentialFaults, type State } from './checks.ts';
import type { Level } from './levels.ts';
import type { Moment } from './moment.ts';
import { BIT, type ReasonSet } from './reason-set.ts';
import type { AccessPointRules } from './rules.ts';
import { bitOf, typesIn, type TypeSet } from './type-set.ts';

/** What a person would present at an access point. */
export interface Presentation {
  readonly types: TypeSet;
  /** What is wrong with the credentials of these types. */
  readonly faults: ReasonSet;
  /** The types that the level asks for and the person has no credential of. */
  readonly missing: CredentialType[];
}

/** What is wrong with the best credential of each type that the person has. */
type Wallet = Map<CredentialType, ReasonSet>;

/**
 * Takes the group of the level that the person can satisfy best. Who has nothing of it shows what they have.
 */
export function present(
  state: State,
  person: number,
  point: AccessPointRules,
  level: Level,
  moment: Moment,
): Presentation {
  const wallet = walletOf(state, person, moment);
  const group = bestGroup(level, wallet, point.supports);
  const owned = typesIn(group).filter((type) => wallet.has(type));
  const shown = owned.length > 0 ? owned : [...wallet.keys()];
  let types = 0;
  let faults = shown.length > 0 ? 0 : BIT.unknownCredential;
  for (const type of shown) {
    types |= bitOf(type);
    faults |= wallet.get(type) ?? 0;
  }
  return { types, faults, missing: typesIn(group).filter((type) => !wallet.has(type)) };
}

function walletOf({ credentials }: State, person: number, moment: Moment): Wallet {
  const wallet: Wallet = new Map();
  for (let index = credentials.first(person); index >= 0; index = credentials.next(index)) {
    const type = credentials.type(index);
    if (type === undefined || credentials.duress(index)) continue;
    const faults = credentialFaults(credentials, index, moment);
    wallet.set(type, Math.min(faults, wallet.get(type) ?? faults));
  }
  return wallet;
}

/** The group with the fewest types that the person cannot show with success; the first of equal ones. */
function bestGroup(level: Level, wallet: Wallet, supports: TypeSet): TypeSet {
  let best = 0;
  let fewest = Infinity;
  for (const group of level.groups) {
    const lacking = typesIn(group).filter(
      (type) => wallet.get(type) !== 0 || (bitOf(type) & supports) === 0,
    );
    if (lacking.length >= fewest) continue;
    best = group;
    fewest = lacking.length;
  }
  return best;
}
