import type { Change } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { Pictures } from '../pictures/pictures.ts';
import type { Site } from '../site.ts';
import type { Store } from '../store/store.ts';
import type { ErasureReceipt, ErasureRequest } from './interface.ts';

interface Parts {
  store: Store;
  policy: Policy;
  administration: Pick<Administration, 'change'>;
  pictures: Pick<Pictures, 'erase'>;
  journal: Journal;
  trust: ClockTrust;
  site: Site;
  announce: () => void;
}

export type ErasePerson = (request: ErasureRequest) => Promise<ErasureReceipt>;

/** Erases first, then counts what is left, and only then writes the receipt. */
export function createErasure(parts: Parts): ErasePerson {
  const { store, policy, administration, journal, trust, site, announce, pictures: kept } = parts;

  return async ({ person, what, author }) => {
    const credentials = await store.faces('biometrics', { person });
    const wholly = what === 'person' && policy.hasPerson(person);
    const changes: Change[] = credentials.map((id) => ({ op: 'delete', kind: 'credential', id }));
    if (wholly) changes.push({ op: 'delete', kind: 'person', id: person });
    await apply(changes, author);
    const pictures = await kept.erase(person, trust.read().now);
    const left = (await store.faces('biometrics', { person })).length;
    const moment = trust.read();
    const details = { person, what, credentials: credentials.length, pictures, left };
    const event: EventEntry = { category: 'administration', code: 'erased', author, details };
    const record = await journal.event(event, moment);
    return {
      ...{ person, what, at: moment.now, credentials, pictures, left, record },
      ...optional('site', site.settings?.id),
    };
  };

  async function apply(changes: readonly Change[], author: string): Promise<void> {
    if (changes.length === 0) return;
    const { failed } = await administration.change(changes, { author });
    const [failure] = failed;
    if (failure !== undefined) throw new AccessError(failure.code, failure.message);
    announce();
  }
}
