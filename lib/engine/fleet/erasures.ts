import Type from 'typebox';
import { Erased, type ErasedLetter } from '../../link/sync/receipt.ts';
import type { Clock } from '../../model/clock.ts';
import { Id, closed } from '../../model/fields.ts';
import { optional } from '../../model/optional.ts';
import { parser } from '../../model/parse.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { ErasureExtent, ErasureRow } from '../store/sync/erasures.ts';
import type { Store } from '../store/store.ts';

/** Orders that are given to a gateway at a time. */
const AT_A_TIME = 20;
const MOST_LISTED = 1000;

/** What one gateway has made of the erasure of a person. */
export interface GatewayErasure {
  person: string;
  gateway: string;
  what: ErasureExtent;
  author: string;
  since: number;
  state: 'waiting' | 'done';
  /** When the receipt came, by the clock of the server, and the receipt. */
  done?: number;
  receipt?: ErasedLetter;
  /** Why it could not be done the last time. */
  failed?: string;
}

/** Erasures at gateways, each with its receipt (N15). */
export interface ErasureEngine {
  /** What a gateway still has to erase, the oldest first. */
  waitingErasures(query: { gateway: string }): Promise<GatewayErasure[]>;
  /** Keeps the receipt of a gateway, or why it could not erase. */
  takeErasure(query: {
    gateway: string;
    person: string;
    erased?: ErasedLetter;
    failed?: string;
  }): Promise<void>;
  /** Of one person or of all, those that wait first; at most 1,000. */
  erasures(query: { person?: string }): Promise<GatewayErasure[]>;
}

const gateway = parser(Type.Object({ gateway: Id }, closed));
const person = parser(Type.Object({ person: Type.Optional(Id) }, closed));
const answer = parser(
  Type.Object(
    {
      ...{ gateway: Id, person: Id, erased: Type.Optional(Erased) },
      failed: Type.Optional(Type.String({ maxLength: 256 })),
    },
    closed,
  ),
);

interface Parts {
  store: Store;
  clock: Clock;
  trust: ClockTrust;
  journal: Journal;
  /** Has everything compared that a gateway holds. */
  compare: (gateway: string) => void;
}

/** What the engine of a server knows of erasures; every request is checked here. */
export function createErasures({ store, clock, trust, journal, compare }: Parts): ErasureEngine {
  return {
    async waitingErasures(query) {
      const checked = gateway.parse(query, 'query');
      const rows = await store.sync('waitingErasures', { ...checked, limit: AT_A_TIME });
      return rows.map(viewOf);
    },
    async takeErasure(query) {
      const { erased, ...checked } = answer.parse(query, 'answer');
      const now = clock.now();
      const isNew = await store.sync('erased', { ...checked, ...optional('erased', erased), now });
      if (!isNew || erased === undefined) return;
      const details = { gateway: checked.gateway, ...erased };
      const event = { category: 'administration', code: 'erasedAtGateway', details } as const;
      await journal.event(event, trust.read());
      compare(checked.gateway); // somebody may have been entered anew before the gateway erased
    },
    async erasures(query) {
      const rows = await store.sync('erasures', {
        ...person.parse(query, 'query'),
        limit: MOST_LISTED,
      });
      return rows.map(viewOf);
    },
  };
}

function viewOf({ done, receipt, failed, ...row }: ErasureRow): GatewayErasure {
  return {
    ...row,
    state: done === null ? 'waiting' : 'done',
    ...optional('done', done ?? undefined),
    ...(receipt !== null && { receipt: JSON.parse(receipt) as ErasedLetter }),
    ...optional('failed', failed ?? undefined),
  };
}
