import type { Change } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { KeptAnswers } from '../online/kept-answers.ts';
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
  /** Answers of the server. */
  kept: Pick<KeptAnswers, 'forget'>;
  announce: () => void;
}

/** So often what is there is looked up anew while a server takes it away, too. */
const MOST_TRIES = 5;

export type ErasePerson = (request: ErasureRequest) => Promise<ErasureReceipt>;

/** Erases first, then counts what is left, and only then writes the receipt and has gateways do the same. */
export function createErasure(parts: Parts): ErasePerson {
  const { store, policy, administration, journal, trust, site, announce } = parts;

  return async (request) => {
    const { person, what, author } = request;
    const credentials = await eraseStored(request);
    const pictures = await parts.pictures.erase(person, trust.read().now);
    const left = (await store.faces('biometrics', { person })).length;
    const moment = trust.read();
    const details = { person, what, credentials: credentials.length, pictures, left };
    const event: EventEntry = { category: 'administration', code: 'erased', author, details };
    // Of somebody whom only the server knows there may be nothing else here.
    const record = await journal.event(event, moment, parts.kept.forget(person).side);
    await store.sync('erase', { person, what, author, now: moment.now });
    return {
      ...{ person, what, at: moment.now, credentials, pictures, left, record },
      ...optional('site', site.settings?.id),
    };
  };

  /** Resolves with the credentials that went. */
  async function eraseStored(request: ErasureRequest, tries = MOST_TRIES): Promise<string[]> {
    const { person, what, author } = request;
    const credentials = await store.faces('biometrics', { person });
    const wholly = what === 'person' && policy.hasPerson(person);
    const changes: Change[] = credentials.map((id) => ({ op: 'delete', kind: 'credential', id }));
    if (wholly) changes.push({ op: 'delete', kind: 'person', id: person });
    if (changes.length === 0) return [];
    const [failure] = (await administration.change(changes, { author })).failed;
    // A batch of the server may have taken something away just now.
    if (failure?.code === 'NOT_FOUND' && tries > 1) return eraseStored(request, tries - 1);
    if (failure !== undefined) throw new AccessError(failure.code, failure.message);
    announce();
    return credentials;
  }
}
