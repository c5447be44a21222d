import type { EntityKind, StoredEntities } from '../../model/entity.ts';
import { AccessError, type ErrorCode } from '../../model/errors.ts';
import type { ClockState, EventEntry, StoredRecord, Stream } from '../../model/record.ts';
import type {
  AnnouncedRequest,
  CollectRequest,
  CollectedPage,
  CollectedQuery,
  Collection,
  GatewayLog,
  Positions,
} from '../collected/collected.ts';
import type {
  OutgoingBatch,
  OutgoingQuery,
  OutgoingStream,
  Recorded,
} from '../outgoing/outgoing.ts';
import type { PictureAnswers, PictureKind, PictureQueries } from '../pictures/queries.ts';
import type { StreamHead } from './chain.ts';
import type { AccountedDays } from './accounted-days.ts';
import type { StoreQuery } from './entities/find.ts';
import type { StoreScope } from './entities/scope.ts';
import type { FaceAnswers, FaceKind, FaceQueries } from './faces/queries.ts';
import type { HistoryAnswers, HistoryKind, HistoryQueries } from './presence/history.ts';
import type { Moved } from './presence/moves.ts';
import type { ClockStamp } from './store-clock.ts';
import type { SyncAnswers, SyncKey, SyncQueries } from './sync/answers.ts';
import type {
  ChangeOutcome,
  NewRecord,
  PreparedChange,
  SideWrite,
  StoreHealth,
  StoreLimits,
  UsedKey,
} from './store.ts';

/** What the writer's thread is started with. */
export interface WriterSetup {
  folder: string;
  logMac: Uint8Array;
  /** Nothing is dropped before there are limits. */
  limits?: StoreLimits;
  clock: ClockStamp;
}

/** A record on its way to the writer; a tuple, for thousands of them are copied between the threads. */
export type Append = readonly [
  stream: Stream,
  id: string,
  at: number,
  clock: ClockState,
  body: string,
  side?: readonly SideWrite[],
];

/** Sealed parts of a credential. */
export interface Secrets {
  sealed: Uint8Array;
  template?: Uint8Array;
  tokenKey?: Uint8Array;
}

/** What the writer does besides appending, each with one answer. */
export interface Calls {
  change(
    changes: readonly PreparedChange[],
    atomic: boolean,
    event: NewRecord<'event'>,
    scope?: StoreScope,
    side?: readonly SideWrite[],
  ): ChangeOutcome;
  markKey(firm: string, source: string, key: string): UsedKey | undefined;
  find(query: StoreQuery<EntityKind>): StoredEntities[EntityKind][];
  secrets(credential: string): Secrets | undefined;
  history(kind: HistoryKind, query: HistoryQueries[HistoryKind]): HistoryAnswers[HistoryKind];
  faces(kind: FaceKind, query: FaceQueries[FaceKind]): FaceAnswers[FaceKind];
  pictures(kind: PictureKind, query: PictureQueries[PictureKind]): PictureAnswers[PictureKind];
  readRecords(stream: Stream, after: number, limit: number): StoredRecord[];
  recentRecords(stream: Stream, limit: number): StoredRecord[];
  acknowledge(stream: Stream, seq: number): void;
  outgoingStreams(): OutgoingStream[];
  outgoingBatch(query: OutgoingQuery): OutgoingBatch | undefined;
  renewIdentity(): void;
  collect(request: CollectRequest): Collection;
  collectAnnouncement(request: AnnouncedRequest): Positions;
  findCollected(query: CollectedQuery): CollectedPage;
  collectedLogs(): GatewayLog[];
  saveAccounted(days: AccountedDays): void;
  setLimits(limits: StoreLimits): void;
  sync(key: SyncKey, query: SyncQueries[SyncKey]): SyncAnswers[SyncKey];
  applySynced(
    changes: readonly PreparedChange[],
    event: NewRecord<'event'>,
    side: readonly SideWrite[],
  ): ChangeOutcome;
  health(): StoreHealth;
  close(): void;
}

export type Call = {
  [M in keyof Calls]: { id: number; method: M; args: Parameters<Calls[M]> };
}[keyof Calls];

/** From the engine to the writer: everything of one turn. */
export interface ToWriter {
  clock: ClockStamp;
  appends: readonly Append[];
  calls: readonly Call[];
}

/** An AccessError as it crosses the threads. */
export interface ErrorMessage {
  code: ErrorCode;
  message: string;
}

export type Reply = { id: number } & ({ value: unknown } | { error: ErrorMessage });

/**
 * From the writer to the engine. Appends are answered in the order in which they were sent; who has moved by them
 * is told before.
 */
export type FromWriter =
  | { kind: 'ready'; heads: Readonly<Record<Stream, StreamHead>> }
  | { kind: 'failed'; error: ErrorMessage }
  | { kind: 'appended'; seqs: readonly number[] }
  | { kind: 'moved'; moved: readonly Moved[] }
  | { kind: 'rejected'; count: number; error: ErrorMessage }
  | { kind: 'reply'; reply: Reply }
  | { kind: 'event'; entry: EventEntry }
  | { kind: 'recorded'; last: Recorded };

export function toMessage({ code, message }: AccessError): ErrorMessage {
  return { code, message };
}

export function fromMessage({ code, message }: ErrorMessage): AccessError {
  return new AccessError(code, message);
}
