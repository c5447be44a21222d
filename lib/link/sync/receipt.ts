import Type, { type Static } from 'typebox';
import { CredentialType } from '../../model/credential.ts';
import { ERROR_CODES } from '../../model/errors.ts';
import { Id, closed } from '../../model/fields.ts';
import { BATCH_ITEMS, BUCKETS } from './batch.ts';
import { MOVE_ANSWER_EXAMPLES, Offer, Settled } from './move.ts';
import { SyncKindName } from './sync-fields.ts';

const Count = Type.Integer({ minimum: 0 });
const Digest = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' });

/** Ids and digests in one answer, at most. */
export const HELD_ENTRIES = 2000;

/** Why a batch was not taken over; `localMaster`: people and rights are entered at the gateway itself. */
export const BATCH_REFUSALS = [
  'localMaster',
  'oldVersion',
  'oldNumber',
  'gap',
  'unreadable',
] as const;

/** What became of a batch: every item of it is taken over, except those that are named. */
export const Receipt = Type.Object(
  {
    kind: Type.Literal('receipt'),
    /** Number of the batch. */
    number: Count,
    /** Number and policy version of the last batch that was taken over. */
    received: Count,
    version: Count,
    refused: Type.Optional(Type.Enum(BATCH_REFUSALS)),
    failed: Type.Array(
      Type.Object(
        {
          kind: SyncKindName,
          id: Id,
          code: Type.Enum(ERROR_CODES),
          message: Type.String({ maxLength: 256 }),
        },
        closed,
      ),
      { maxItems: BATCH_ITEMS },
    ),
    /** What has ended at the gateway itself, by the exit of its holder, and does not begin again. */
    ended: Type.Array(
      Type.Union([
        Type.Object(
          { kind: Type.Literal('pass'), id: Id, at: Type.String({ maxLength: 32 }) },
          closed,
        ),
        Type.Object({ kind: Type.Literal('deal'), id: Id, at: Count }, closed),
      ]),
      { maxItems: BATCH_ITEMS },
    ),
  },
  closed,
);
export type Receipt = Static<typeof Receipt>;
export type Ended = Receipt['ended'][number];

/** Answers to the questions of a comparison; `number` is the last batch that they take into account. */
const Roots = Type.Object(
  {
    kind: Type.Literal('roots'),
    id: Id,
    number: Count,
    /** One digest for each kind of which there is something. */
    roots: Type.Array(Type.Object({ of: SyncKindName, digest: Digest }, closed), { maxItems: 16 }),
  },
  closed,
);
const Buckets = Type.Object(
  {
    kind: Type.Literal('buckets'),
    id: Id,
    number: Count,
    of: SyncKindName,
    buckets: Type.Array(Digest, { minItems: BUCKETS, maxItems: BUCKETS }),
  },
  closed,
);
const Held = Type.Object(
  {
    kind: Type.Literal('held'),
    id: Id,
    number: Count,
    of: SyncKindName,
    entries: Type.Array(Type.Tuple([Id, Digest]), { maxItems: HELD_ENTRIES }),
    /** More follow after this id. */
    next: Type.Optional(Id),
  },
  closed,
);
export const Answer = Type.Union([Roots, Buckets, Held]);
export type Answer = Static<typeof Answer>;

/**
 * Receipt of an erasure: when, how many faces and fingers went and how many are left, how many pictures went, and the
 * number of the gateway's event.
 */
export const Erased = Type.Object(
  {
    person: Id,
    what: Type.Enum(['biometrics', 'person']),
    at: Count,
    credentials: Count,
    left: Count,
    pictures: Count,
    event: Count,
  },
  closed,
);
export type ErasedLetter = Static<typeof Erased>;
/** What a gateway answers to a letter of the channel `batches`. */
export const LetterAnswer = Type.Union([Receipt, Roots, Buckets, Held, Offer, Settled]);
export type LetterAnswer = Static<typeof LetterAnswer>;

/** What became of a command (N1). */
export const CommandResult = Type.Object(
  {
    kind: Type.Literal('command'),
    id: Id,
    result: Type.Enum(['done', 'refused', 'failed']),
    reason: Type.Optional(Type.String({ maxLength: 256 })),
    erased: Type.Optional(Erased),
  },
  closed,
);
export type CommandResult = Static<typeof CommandResult>;

/** A credential that was shown for enrolment; its value can be read by the server's engine only. */
export const Captured = Type.Object(
  {
    kind: Type.Literal('captured'),
    command: Id,
    accessPoint: Id,
    type: CredentialType,
    sealed: Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 38, maxLength: 1024 }),
  },
  closed,
);
export type Captured = Static<typeof Captured>;

/** What became of photos: `made` for a template, else why there is none. */
export const PhotoResults = Type.Array(
  Type.Object({ credential: Id, result: Type.String({ minLength: 1, maxLength: 64 }) }, closed),
  { maxItems: 500 },
);

/** What a gateway has made of the photos that it was sent. */
export const PhotoLetter = Type.Object(
  { kind: Type.Literal('photos'), results: PhotoResults },
  closed,
);
export type PhotoLetter = Static<typeof PhotoLetter>;

/** What a gateway sends on the channel `receipts`. */
export const ReceiptLetter = Type.Union([
  Receipt,
  Roots,
  Buckets,
  Held,
  Offer,
  Settled,
  CommandResult,
  Captured,
  PhotoLetter,
]);
export type ReceiptLetter = Static<typeof ReceiptLetter>;

const EXAMPLE_COMPARISON = '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5b';

export const RECEIPT_EXAMPLES: readonly ReceiptLetter[] = [
  { kind: 'photos', results: [{ credential: 'anna-face', result: 'made' }] },
  { kind: 'receipt', number: 13, received: 13, version: 341, failed: [], ended: [] },
  {
    kind: 'roots',
    id: EXAMPLE_COMPARISON,
    number: 13,
    roots: [{ of: 'person', digest: 'k3Vd9sQ0bYx7Rm2TzLwPfA' }],
  },
  {
    kind: 'held',
    id: EXAMPLE_COMPARISON,
    number: 13,
    of: 'person',
    entries: [['anna', 'k3Vd9sQ0bYx7Rm2TzLwPfA']],
  },
  { kind: 'command', id: '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5c', result: 'done' },
  {
    kind: 'command',
    id: '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5d',
    result: 'done',
    erased: {
      ...{ person: 'anna', what: 'person', at: 1_760_000_000_000 },
      ...{ credentials: 1, left: 0, pictures: 12, event: 4711 },
    },
  },
  {
    kind: 'captured',
    command: '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5c',
    accessPoint: 'front-door',
    type: 'card',
    sealed: 'mWkM4tD3mVtT6cF1nXb0P5oZyJr2sQeH8uLwGaKi7vB9xNfC',
  },
  ...MOVE_ANSWER_EXAMPLES,
];
