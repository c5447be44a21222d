import Type from 'typebox';
import { Captured, LetterAnswer } from '../../link/sync/receipt.ts';
import { Report } from '../../link/sync/report.ts';
import type { Clock } from '../../model/clock.ts';
import { AccessError } from '../../model/errors.ts';
import { Id, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import type { Exchange } from '../sync/exchange.ts';
import type { Store } from '../store/store.ts';
import type { Dispatch } from './dispatch.ts';
import { decisionMethods } from './decision-methods.ts';
import type { FleetEngine } from './fleet-engine.ts';
import type { ErasureEngine } from './erasures.ts';
import type { MoveDesk } from './move-desk.ts';
import { fleetItems, fleetView } from './view.ts';
import type { LateWatch } from './watch.ts';

const report = parser(Type.Object({ gateway: Id, report: Report }, closed));
const pair = parser(Type.Object({ site: Id, gateway: Id }, closed));
const receipt = parser(Type.Object({ gateway: Id, receipt: LetterAnswer }, closed));
const gateway = parser(Type.Object({ gateway: Id }, closed));
const limit = parser(
  Type.Object({ limit: Type.Integer({ minimum: 1000, maximum: 3_600_000 }) }, closed),
);
const items = parser(
  Type.Object({ gateway: Id, limit: Type.Integer({ minimum: 1, maximum: 1000 }) }, closed),
);
const captured = parser(Type.Object({ site: Id, gateway: Id, captured: Captured }, closed));

interface Parts {
  store: Store;
  clock: Clock;
  exchange: Exchange;
  dispatch: Dispatch;
  moves: MoveDesk;
  watches: readonly LateWatch[];
}

/** What the engine of a server offers; every request is checked here. */
export function fleetMethods(parts: Parts): Omit<FleetEngine, keyof ErasureEngine> {
  const { store, clock, exchange, dispatch, watches } = parts;
  return {
    ...decisionMethods(parts),
    async reportGateway(query) {
      const checked = report.parse(query, 'report');
      await dispatch.report(checked.gateway, checked.report);
    },
    nextLetter: async (query) => dispatch.next(pair.parse(query, 'query')),
    async takeReceipt(query) {
      const checked = receipt.parse(query, 'receipt');
      await dispatch.take(checked.gateway, checked.receipt);
    },
    async compareGateway(query) {
      dispatch.compare(gateway.parse(query, 'query').gateway);
      return Promise.resolve();
    },
    async watchFleet(query) {
      const checked = limit.parse(query, 'query');
      for (const watch of watches) await watch.look(checked.limit);
    },
    fleet: () => fleetView({ store, dispatch }, clock.now()),
    fleetItems: async (query) => fleetItems(store, items.parse(query, 'query')),
    async openCaptured(query) {
      const { captured: letter, ...address } = captured.parse(query, 'query');
      const known = await store.sync('gateway', { gateway: address.gateway });
      if (known === undefined) {
        throw new AccessError('NOT_FOUND', `gateway "${address.gateway}" has never reported`);
      }
      const { exchange: theirs } = JSON.parse(known.report) as Report;
      const channel = exchange.channel(theirs, address);
      const plain = channel.open(letter.sealed, `captured ${letter.command}`);
      return { type: letter.type, value: Buffer.from(plain).toString() };
    },
  };
}
