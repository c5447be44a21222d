import type { Employment } from '../model/firm.ts';
import { AccessError } from '../model/errors.ts';
import { optional } from '../model/optional.ts';
import type { PeopleStore } from '../people/writer.ts';

/** Who works for a firm, and when. */
export interface Staff {
  readonly people: readonly string[];
  employs(person: string, date: string): boolean;
}

/** Entities in one call to the engine. */
const PAGE = 1000;

/** Throws NOT_FOUND if there is no such firm. */
export async function readStaff(store: Pick<PeopleStore, 'find'>, firm: string): Promise<Staff> {
  const [known] = await store.find({ kind: 'firm', id: firm, limit: 1 });
  if (known === undefined) throw new AccessError('NOT_FOUND', `there is no firm ${firm}`);
  const byPerson = new Map<string, Employment[]>();
  for (const employment of await employmentsOf(store, firm)) {
    const own = byPerson.get(employment.person) ?? [];
    byPerson.set(employment.person, [...own, employment]);
  }
  return {
    people: [...byPerson.keys()],
    employs: (person, date) =>
      (byPerson.get(person) ?? []).some(
        ({ validFrom = '', validTo }) => validFrom <= date && (validTo ?? date) >= date,
      ),
  };
}

async function employmentsOf(
  store: Pick<PeopleStore, 'find'>,
  firm: string,
): Promise<Employment[]> {
  const all: Employment[] = [];
  for (;;) {
    const after = optional('after', all.at(-1)?.id);
    const page = await store.find({ kind: 'employment', firm, limit: PAGE, ...after });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
