import type { ModelIdentity } from '../../model/credential.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import { AccessError } from '../../model/errors.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { LocalClock } from '../passes/local-clock.ts';
import type { Mastership } from '../mastership/mastership.ts';
import type { KeptAnswers } from '../online/kept-answers.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import type { Pictures } from '../pictures/pictures.ts';
import type { Secrets } from '../secrets.ts';
import type { Site } from '../site.ts';
import type { Store } from '../store/store.ts';
import { createCarried } from './carried.ts';
import { createPhotos } from './photos.ts';
import { createErasure } from './erasure.ts';
import { createFollowing } from './following.ts';
import type { FaceEngine, FaceReenrolment, FaceState } from './interface.ts';
import * as requests from './requests.ts';
import { createRetention, type Retention } from './retention.ts';
import { FACES_SETTING, type FaceSettings } from './settings.ts';
import type { Touched } from './touched.ts';

/** Where an operator has to file the system with the authority from 100,000 people on, it is time to prepare. */
const MANY = 80_000;
const MOST_LISTED = 1000;

export interface Faces {
  /** What the engine's interface offers of it. */
  methods: FaceEngine;
  retention: Retention;
}

interface Parts {
  store: Store;
  policy: Policy;
  secrets: Secrets;
  settings: FaceSettings;
  administration: Administration;
  journal: Journal;
  trust: ClockTrust;
  local: LocalClock;
  site: Site;
  touched: Touched;
  mastership: Mastership;
  kept: Pick<KeptAnswers, 'forget'>;
  writer: PolicyWriter;
  pictures: Pick<Pictures, 'erase' | 'count'>;
  /** Tells everybody that the policy has changed. */
  announce: () => void;
}

/** What the engine keeps of faces; every request is checked here. */
export function createFaces(parts: Parts): Faces {
  const { store, policy, journal, trust, settings, touched, announce } = parts;
  const retention = createRetention({ ...parts, config: () => settings.config });
  const following = createFollowing({ ...parts, isKeeping: () => settings.isKeeping });
  const erase = createErasure(parts);

  async function state(): Promise<FaceState> {
    const { templates, people } = await store.faces('count', {});
    return { config: settings.config, templates, people, many: people >= MANY };
  }

  async function configure(next: requests.FaceConfig): Promise<void> {
    const value = JSON.stringify(next);
    if (value === JSON.stringify(settings.config)) return;
    const details = { ...next };
    const event: EventEntry = { category: 'system', code: 'facesConfigured', details };
    await journal.event(event, trust.read(), [{ kind: 'setting', key: FACES_SETTING, value }]);
    settings.replace(next);
    touched.reset();
    announce();
    await retention.sweep();
  }

  const methods: FaceEngine = {
    async configureFaces(request) {
      await configure(requests.config.parse(request, 'configuration'));
      return state();
    },
    faceState: () => state(),
    async faceReport() {
      const [faces, figures, pictures] = await Promise.all([
        state(),
        store.faces('figures', {}),
        parts.pictures.count(),
      ]);
      const known = {
        ...optional('site', parts.site.settings?.id),
        ...optional('model', settings.model),
      };
      return { at: trust.read().now, ...known, ...faces, ...figures, pictures };
    },
    faceChanges: async (query) => following(requests.changes.parse(query, 'query')),
    async faceAudience(query) {
      const { accessPoint } = requests.audience.parse(query, 'query');
      const audience = policy.audience(accessPoint);
      if (audience !== undefined) return Promise.resolve(audience);
      throw new AccessError('NOT_FOUND', `The access point ${accessPoint} is not configured`);
    },
    async faceReenrolments(query) {
      return reenrolments(parts, requests.reenrolments.parse(query, 'query'));
    },
    ...createPhotos(parts),
    ...createCarried(parts),
    erasePerson: async (request) => erase(requests.erasure.parse(request, 'request')),
  };
  return { methods, retention };
}

async function reenrolments(
  { store, settings }: Parts,
  query: { model?: ModelIdentity; after?: string; limit?: number },
): Promise<FaceReenrolment[]> {
  const { model = settings.model, after = '', limit = MOST_LISTED } = query;
  const outdated =
    model === undefined ? [] : await store.faces('outdated', { model, after, limit });
  const refused = await store.faces('refused', { after, limit });
  const all: FaceReenrolment[] = [
    ...outdated.map((row) => ({ ...row, reason: 'MODEL_MISMATCH' })),
    ...refused.map(({ gateway, ...row }) => ({
      ...row,
      ...optional('gateway', gateway ?? undefined),
    })),
  ];
  return all.sort((a, b) => (a.credential < b.credential ? -1 : 1)).slice(0, limit);
}
