import type { State } from './checks.ts';
import { credentialEntry } from './credentials.ts';
import { personEntry } from './people.ts';
import type { PolicyChange } from './policy.ts';

/** A change that has been prepared so far that it cannot fail any more. */
export type Step = () => void;

const NOTHING: Step = () => undefined;

/**
 * What a change does to persons, credentials and deals. A deleted person takes theirs along, and a
 * credential whose holder does not exist is not kept: a number that is given out again must never lead
 * from an old card to a new person.
 */
export function prepareStep(
  state: State,
  groupNumber: (id: string) => number,
  change: PolicyChange,
): Step {
  if ('delete' in change) return prepareDelete(state, change);
  const { people, credentials, release } = state;
  switch (change.kind) {
    case 'person': {
      const entry = personEntry(change.put, groupNumber);
      return () => {
        people.put(entry);
      };
    }
    case 'credential': {
      const entry = credentialEntry(change.put);
      const { person } = change.put;
      return () => {
        const holder = people.slotOf(person);
        if (holder >= 0) credentials.put(entry, holder);
        else credentials.delete(entry.id);
      };
    }
    case 'firm':
      return () => {
        release.putFirm(change.put);
      };
    case 'deal':
      return () => {
        release.putDeal(change.put);
      };
    case 'override':
      return () => {
        release.putOverride(change.put);
      };
    default:
      return NOTHING;
  }
}

function prepareDelete(
  { people, credentials, release }: State,
  { kind, delete: id }: Extract<PolicyChange, { delete: string }>,
): Step {
  switch (kind) {
    case 'person':
      return () => {
        credentials.deleteOf(people.slotOf(id));
        people.delete(id);
        release.deletePerson(id);
      };
    case 'credential':
      return () => {
        credentials.delete(id);
      };
    case 'firm':
      return () => {
        release.deleteFirm(id);
      };
    case 'deal':
      return () => {
        release.deleteDeal(id);
      };
    case 'override':
      return () => {
        release.deleteOverride(id);
      };
    default:
      return NOTHING;
  }
}
