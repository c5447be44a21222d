import Type, { type Static } from 'typebox';
import { Id, Instant, closed } from '../../model/fields.ts';
import { STREAMS } from '../../model/record.ts';

/** Records in one batch at most; what is usual is less, see `Outbox`. */
export const MAX_BATCH = 500;
/** Bytes of records in one batch: with its envelope it stays below `MAX_MESSAGE`. */
export const BATCH_BYTES = 160 * 1024;

const Stream = Type.Enum(STREAMS);
/** Counts from 1 without a gap in its stream. */
const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** SHA-256 in hexadecimal. */
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** Identity of the numbers of a stream, a UUID: new after every restore, so that no number means two records (I2). */
const StreamId = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
/** 128 random bits. */
const Nonce = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' });

/** A record as it travels: as it is stored, without what the batch says for all. */
export const SentRecord = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    at: Instant,
    clock: Type.Enum(['trusted', 'untrusted']),
    /** Open, for a gateway may be newer than its server; the hash covers every property of it. */
    body: Type.Record(Type.String(), Type.Unknown()),
    hash: Hash,
  },
  closed,
);

/** Consecutive records of one stream and identity. */
export const RecordBatch = Type.Object(
  {
    kind: Type.Literal('batch'),
    stream: Stream,
    id: StreamId,
    /** Number of the first record; the others follow without a gap. */
    from: Seq,
    /** Hash of the record before the first; 64 zeros before record 1 (N13). */
    previous: Hash,
    records: Type.Array(SentRecord, { minItems: 1, maxItems: MAX_BATCH }),
  },
  closed,
);

const AnnouncedStream = Type.Object(
  {
    stream: Stream,
    /** From which number on which identity counts; the newest at the end. */
    identities: Type.Array(Type.Object({ since: Seq, id: StreamId }, closed), {
      minItems: 1,
      maxItems: 16,
    }),
    /** Oldest record kept; `last` + 1 if none is. */
    first: Seq,
    /** Newest record, 0 if none, and its hash. */
    last: Count,
    head: Hash,
  },
  closed,
);

/** What a gateway holds: sent on every connection and from time to time, so that a cut-off tail is noticed (N13). */
export const Announcement = Type.Object(
  {
    kind: Type.Literal('announcement'),
    /** Made anew whenever the uploader starts: two that take turns are two machines with one identity (F-20). */
    instance: Nonce,
    /** Counts the announcements of an instance from 1. */
    number: Seq,
    streams: Type.Array(AnnouncedStream, { minItems: 1, maxItems: STREAMS.length }),
  },
  closed,
);

/**
 * Something in the log of a gateway that does not fit. `missing`: neither side has these records any more. `cutOff`:
 * the server has them and the gateway does not. `forked`: both have different ones under the same numbers.
 * `chainBroken`: they do not continue the record before. `cloned`: two machines use the identity of one.
 */
export const LOG_FAULTS = ['missing', 'cutOff', 'forked', 'chainBroken', 'cloned'] as const;

export const LogFault = Type.Object(
  {
    kind: Type.Enum(LOG_FAULTS),
    stream: Type.Optional(Stream),
    from: Type.Optional(Count),
    to: Type.Optional(Count),
  },
  closed,
);

const Faults = Type.Array(LogFault, { maxItems: 64 });

/** Batch stored: committed at the server. The hash of its last record says which one is meant. */
export const Stored = Type.Object(
  {
    kind: Type.Literal('stored'),
    /** The run of the server's collector: after a new one, the gateway announces itself again (F-28). */
    session: Nonce,
    stream: Stream,
    id: StreamId,
    from: Seq,
    to: Seq,
    hash: Hash,
    /** What the server has just found wrong. */
    faults: Faults,
  },
  closed,
);

const StreamPosition = Type.Object(
  {
    stream: Stream,
    id: StreamId,
    /** Everything of this identity up to this number is stored, or gone for ever; 0 if nothing is. */
    upTo: Count,
    /** Hash of that record, 64 zeros for 0: the gateway believes the number only if its own record has the same. */
    head: Hash,
    /** Newest number stored of this identity. */
    last: Count,
  },
  closed,
);

/** Answer to an announcement: from where the server wants to have records. */
export const Position = Type.Object(
  {
    kind: Type.Literal('position'),
    session: Nonce,
    instance: Nonce,
    number: Seq,
    streams: Type.Array(StreamPosition, { maxItems: STREAMS.length * 16 }),
    faults: Faults,
  },
  closed,
);

/** The server has started and does not know where this gateway stands. */
export const Question = Type.Object({ kind: Type.Literal('question'), session: Nonce }, closed);

/** All that a gateway sends on the channel `records`. */
export const RecordsMessage = Type.Union([RecordBatch, Announcement]);
/** All that a server sends on the channel `acknowledgements` about records. */
export const RecordsAnswer = Type.Union([Stored, Position, Question]);

export type SentRecord = Static<typeof SentRecord>;
export type RecordBatch = Static<typeof RecordBatch>;
export type AnnouncedStream = Static<typeof AnnouncedStream>;
export type Announcement = Static<typeof Announcement>;
export type LogFault = Static<typeof LogFault>;
export type Stored = Static<typeof Stored>;
export type StreamPosition = Static<typeof StreamPosition>;
export type Position = Static<typeof Position>;
export type Question = Static<typeof Question>;
export type RecordsMessage = Static<typeof RecordsMessage>;
export type RecordsAnswer = Static<typeof RecordsAnswer>;

/** What an uploader gives to a wired transport: with the name that the topic of a link would bear. */
export const WiredRecords = Type.Object({ gateway: Id, content: RecordsMessage }, closed);
export type WiredRecords = Static<typeof WiredRecords>;
