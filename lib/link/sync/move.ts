import Type, { type Static } from 'typebox';
import { Id, closed } from '../../model/fields.ts';
import { Master } from '../../model/master.ts';
import { ExchangeKey } from '../trust/exchange-key.ts';
import { Sealed, SyncKindName } from './sync-fields.ts';

/** Items that the server asks for at a time. */
export const OFFER_ITEMS = 100;

const Count = Type.Integer({ minimum: 0 });
const address = { site: Id, gateway: Id };
const Named = { kind: SyncKindName, id: Id };

/**
 * On its way to another master a gateway gives its way a name, a new one at each start: what the server says about one
 * way counts for no other (N14).
 */
export const Move = Type.Object({ to: Master, id: Id }, closed);
export type Move = Static<typeof Move>;

/** The server's key, and the keys by which credentials are found in its site, sealed. */
export const SharedKeys = Type.Object({ exchange: ExchangeKey, keys: Sealed }, closed);
export type SharedKeys = Static<typeof SharedKeys>;

/** Nothing secret goes with the items: they are only looked at, for somebody to decide. */
const Brief = Type.Optional(Type.Literal(true));

/** The server asks for items that differ: in full to take them over from the gateway, or to show them. */
export const OfferRequest = Type.Object(
  {
    kind: Type.Literal('offer'),
    ...address,
    move: Id,
    exchange: ExchangeKey,
    brief: Brief,
    items: Type.Array(Type.Object(Named, closed), { minItems: 1, maxItems: OFFER_ITEMS }),
  },
  closed,
);
export type OfferRequest = Static<typeof OfferRequest>;

/** Every difference is decided: the new master is in force from now on. */
export const Settle = Type.Object(
  {
    kind: Type.Literal('settle'),
    ...address,
    move: Id,
    /** The last batch of the server, and its policy version: nothing from before counts any more. */
    number: Count,
    version: Count,
    ...SharedKeys.properties,
  },
  closed,
);
export type Settle = Static<typeof Settle>;

/** What the gateway holds, each item sealed for the server's engine; without `sealed` it holds it no more. */
export const Offer = Type.Object(
  {
    kind: Type.Literal('offer'),
    move: Id,
    brief: Brief,
    items: Type.Array(
      Type.Object(
        {
          ...Named,
          sealed: Type.Optional(
            Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 38, maxLength: 131_072 }),
          ),
        },
        closed,
      ),
      { minItems: 1, maxItems: OFFER_ITEMS },
    ),
  },
  closed,
);
export type Offer = Static<typeof Offer>;

/** `notMoving`: the gateway is on no such way; the rest as for a batch. */
export const SETTLE_REFUSALS = ['notMoving', 'oldVersion', 'unreadable'] as const;

export const Settled = Type.Object(
  {
    kind: Type.Literal('settled'),
    move: Id,
    refused: Type.Optional(Type.Enum(SETTLE_REFUSALS)),
  },
  closed,
);
export type Settled = Static<typeof Settled>;

const EXAMPLE_MOVE = '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5d';
const EXAMPLE_ADDRESS = { site: 'park', gateway: 'north' };
const EXAMPLE_KEY = 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo';
const EXAMPLE_SEALED = 'mWkM4tD3mVtT6cF1nXb0P5oZyJr2sQeH8uLwGaKi7vB9xNfC';

export const MOVE_EXAMPLES: readonly (OfferRequest | Settle)[] = [
  {
    kind: 'offer',
    ...EXAMPLE_ADDRESS,
    move: EXAMPLE_MOVE,
    exchange: EXAMPLE_KEY,
    brief: true,
    items: [{ kind: 'person', id: 'anna' }],
  },
  {
    kind: 'settle',
    ...EXAMPLE_ADDRESS,
    move: EXAMPLE_MOVE,
    number: 13,
    version: 341,
    exchange: EXAMPLE_KEY,
    keys: EXAMPLE_SEALED,
  },
];

export const MOVE_ANSWER_EXAMPLES: readonly (Offer | Settled)[] = [
  {
    kind: 'offer',
    move: EXAMPLE_MOVE,
    brief: true,
    items: [{ kind: 'person', id: 'anna', sealed: EXAMPLE_SEALED }],
  },
  { kind: 'settled', move: EXAMPLE_MOVE },
];
