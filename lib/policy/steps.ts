import type { State } from './checks.ts';
import { credentialEntry } from './credentials.ts';
import { personEntry } from './people.ts';
import type { PolicyChange } from './policy.ts';

/** A change that has been prepared so far that it cannot fail any more. */
export type Step = () => void;

const NOTHING: Step = () => undefined;

/**
 * What a change does to persons and credentials. A deleted person takes their credentials along, and a
 * credential whose holder does not exist is not kept: a number that is given out again must never lead
 * from an old card to a new person.
 */
export function prepareStep(
  { people, credentials }: State,
  groupNumber: (id: string) => number,
  change: PolicyChange,
): Step {
  if ('delete' in change) return prepareDelete({ people, credentials }, change);
  if (change.kind === 'person') {
    const entry = personEntry(change.put, groupNumber);
    return () => {
      people.put(entry);
    };
  }
  if (change.kind !== 'credential') return NOTHING;
  const entry = credentialEntry(change.put);
  const { person } = change.put;
  return () => {
    const holder = people.slotOf(person);
    if (holder >= 0) credentials.put(entry, holder);
    else credentials.delete(entry.id);
  };
}

function prepareDelete(
  { people, credentials }: Pick<State, 'people' | 'credentials'>,
  { kind, delete: id }: Extract<PolicyChange, { delete: string }>,
): Step {
  if (kind === 'credential') {
    return () => {
      credentials.delete(id);
    };
  }
  if (kind !== 'person') return NOTHING;
  return () => {
    credentials.deleteOf(people.slotOf(id));
    people.delete(id);
  };
}
