import type { Assembly } from '../assemble.ts';
import type { Engine } from '../engine.ts';
import type { Store } from '../store/store.ts';
import { correctPassages } from './corrections.ts';
import * as requests from './requests.ts';

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
  { presence, site, trust }: Pick<Assembly, 'presence' | 'site' | 'trust'>,
  store: Store,
): PresenceMethods {
  const { reports, share, admission, passages, past } = presence;
  const parts = { store, site, trust, admission, passages };
  return {
    position: async (query) =>
      reports.position(requests.position.parse(query, 'query'), trust.read().now),
    zones: async () => {
      presence.look();
      return Promise.resolve(reports.zones());
    },
    muster: async (query) =>
      reports.muster(requests.muster.parse(query, 'query'), trust.read().now),
    stays: async (query) =>
      past.ask('stays', { limit: DEFAULT_LIMIT, ...requests.stays.parse(query, 'query') }),
    transits: async (query) =>
      past.ask('transits', {
        limit: DEFAULT_LIMIT,
        ...requests.transits.parse(query, 'query'),
      }),
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
