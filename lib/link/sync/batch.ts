import Type, { type Static } from 'typebox';
import { Id, closed } from '../../model/fields.ts';
import { SYNC_KINDS, type SyncKind } from '../../server/wanted/kinds.ts';
import { WIRE_SCHEMAS } from '../../server/wanted/wire.ts';
import { ExchangeKey } from '../trust/exchange-key.ts';
import { MOVE_EXAMPLES, OfferRequest, Settle, SharedKeys } from './move.ts';
import { Sealed, SyncKindName } from './sync-fields.ts';

/** Items of one batch, and about so many characters of it, at most. */
export const BATCH_ITEMS = 500;
export const BATCH_CHARACTERS = 200_000;
/** Characters of the sealed secrets of a credential, at most: a photo of 96 KiB takes 174,800. */
const MOST_SECRET = 180_000;
/** Each kind is compared in so many parts. */
export const BUCKETS = 256;

/** Whom a letter is for: what was meant for one gateway counts at no other. */
const address = { site: Id, gateway: Id };

type Put<K extends SyncKind> = K extends 'credential'
  ? { put: K; value: Static<(typeof WIRE_SCHEMAS)[K]>; secret?: string }
  : { put: K; value: Static<(typeof WIRE_SCHEMAS)[K]> };

/** One item of a batch: what a gateway shall hold from now on, or not any more. */
export type BatchItem = { [K in SyncKind]: Put<K> }[SyncKind] | { drop: SyncKind; id: string };

const puts = SYNC_KINDS.map((kind) =>
  Type.Object(
    {
      put: Type.Literal(kind),
      value: WIRE_SCHEMAS[kind],
      // PIN hash, template, token key and photo, as JSON with values in base64.
      ...(kind === 'credential' && {
        secret: Type.Optional(Type.String({ ...Sealed, maxLength: MOST_SECRET })),
      }),
    },
    closed,
  ),
);
const Item = Type.Unsafe<BatchItem>(
  Type.Union([...puts, Type.Object({ drop: SyncKindName, id: Id }, closed)]),
);

const Count = Type.Integer({ minimum: 0 });

/** Changes for one gateway, what takes something away before what gives (D8). */
export const Batch = Type.Object(
  {
    kind: Type.Literal('batch'),
    ...address,
    /** Each batch of a gateway has a higher number than the one before. */
    number: Type.Integer({ minimum: 1 }),
    /** The batch that must have been taken over before; 0 if that does not matter. */
    after: Count,
    /** The policy version of the server; an older one is refused (I5). */
    version: Count,
    /** The server's key, as in `Report.exchange`. */
    exchange: ExchangeKey,
    /** The keys by which credentials are found in this site, sealed. */
    keys: Sealed,
    /** The way to another master that this belongs to, see `Move`. */
    move: Type.Optional(Id),
    items: Type.Array(Item, { minItems: 1, maxItems: BATCH_ITEMS }),
  },
  closed,
);
export type Batch = Static<typeof Batch>;

/** A question about what a gateway really holds: of everything, of one kind in parts, of some parts in full. */
export const Question = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('roots'),
      ...address,
      id: Id,
      /** On the way to the master `cloud`: credentials are compared as they would be found with these keys. */
      keys: Type.Optional(SharedKeys),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('buckets'), ...address, id: Id, of: SyncKindName }, closed),
  Type.Object(
    {
      kind: Type.Literal('held'),
      ...address,
      id: Id,
      of: SyncKindName,
      buckets: Type.Array(Type.Integer({ minimum: 0, maximum: BUCKETS - 1 }), {
        minItems: 1,
        maxItems: BUCKETS,
      }),
      /** Only ids after this one. */
      after: Type.Optional(Id),
    },
    closed,
  ),
]);
export type Question = Static<typeof Question>;

/** What the server sends on the channel `batches`. */
export const BatchLetter = Type.Union([Batch, Question, OfferRequest, Settle]);
export type BatchLetter = Static<typeof BatchLetter>;

const EXAMPLE_ADDRESS = { site: 'park', gateway: 'north' };
const EXAMPLE_COMPARISON = '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5b';

export const BATCH_EXAMPLES: readonly BatchLetter[] = [
  {
    kind: 'batch',
    ...EXAMPLE_ADDRESS,
    number: 13,
    after: 0,
    version: 341,
    exchange: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo',
    keys: 'mWkM4tD3mVtT6cF1nXb0P5oZyJr2sQeH8uLwGaKi7vB9xNfC',
    items: [
      { drop: 'permission', id: 'boris-office' },
      { put: 'person', value: { id: 'anna', name: 'Anna', groups: ['staff'] } },
      {
        put: 'credential',
        value: {
          id: 'anna-card',
          person: 'anna',
          type: 'card',
          lookup: 'k3Vd9sQ0bYx7Rm2TzLwPfA',
          hint: '••••E5F6',
        },
      },
    ],
  },
  { kind: 'roots', ...EXAMPLE_ADDRESS, id: EXAMPLE_COMPARISON },
  { kind: 'buckets', ...EXAMPLE_ADDRESS, id: EXAMPLE_COMPARISON, of: 'person' },
  { kind: 'held', ...EXAMPLE_ADDRESS, id: EXAMPLE_COMPARISON, of: 'person', buckets: [7, 200] },
  ...MOVE_EXAMPLES,
];
