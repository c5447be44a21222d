import type { Assembly } from '../assemble.ts';
import type { Engine } from '../engine.ts';
import type { Store } from '../store/store.ts';
import { correctPassages } from './corrections.ts';
import * as requests from './requests.ts';
import { ownMuster, requireOwn, seenBy } from './scope.ts';

const DEFAULT_LIMIT = 1000;

type PresenceMethods = Pick<
  Engine,
  | 'position'
  | 'zones'
  | 'muster'
  | 'stays'
  | 'transits'
  | 'forgive'
  | 'correctPassages'
  | 'configureSharing'
  | 'ownPassages'
  | 'acceptPassages'
  | 'heardGateway'
>;

/** What the engine offers about where people are; every request is checked here. */
export function presenceMethods(
  {
    administration,
    presence,
    site,
    trust,
  }: Pick<Assembly, 'administration' | 'presence' | 'site' | 'trust'>,
  store: Store,
): PresenceMethods {
  const { reports, share, admission, passages, past } = presence;
  const parts = { store, site, trust, admission, passages };
  return {
    async position(query) {
      const { scope, ...asked } = requests.position.parse(query, 'query');
      await requireOwn(administration, asked.person, scope);
      return reports.position(asked, trust.read().now);
    },
    zones: async () => {
      presence.look();
      return Promise.resolve(reports.zones());
    },
    async muster(query) {
      const asked = requests.muster.parse(query, 'query');
      const entries = await reports.muster(ownMuster(asked), trust.read().now);
      return entries.map((entry) => seenBy(asked.scope, entry));
    },
    async stays(query) {
      const { scope, ...asked } = requests.stays.parse(query, 'query');
      await requireOwn(administration, asked.person, scope);
      return past.ask('stays', { limit: DEFAULT_LIMIT, ...asked });
    },
    async transits(query) {
      const { scope, ...asked } = requests.transits.parse(query, 'query');
      await requireOwn(administration, asked.person, scope);
      return past.ask('transits', { limit: DEFAULT_LIMIT, ...asked });
    },
    forgive: async (request) => presence.forgive(requests.forgive.parse(request, 'request')),
    correctPassages: async (request) =>
      correctPassages(parts, requests.correct.parse(request, 'request')),
    configureSharing: async (config) =>
      share.configure(requests.sharing.parse(config, 'configuration')),
    ownPassages: async (query) => share.own(requests.own.parse(query, 'query')),
    acceptPassages: async (batch) => share.accept(requests.batch.parse(batch, 'batch')),
    heardGateway: async (query) =>
      Promise.resolve(share.heard(requests.heard.parse(query, 'query'))),
  };
}
