import type { EntityKind, StoredEntities } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import type { RecordRef, StoredRecord, Stream } from '../../model/record.ts';
import type { AccountedDays } from './accounted-days.ts';
import type {
  AnnouncedRequest,
  CollectRequest,
  CollectedPage,
  CollectedQuery,
  Collection,
  GatewayLog,
  Positions,
} from '../collected/collected.ts';
import type { OutgoingBatch, OutgoingQuery, OutgoingStream } from '../outgoing/outgoing.ts';
import { backupInProcess } from './backup.ts';
import { canonicalJson } from './canonical.ts';
import type { StoreQuery } from './entities/find.ts';
import type { StoreScope } from './entities/scope.ts';
import { perStream, streamHealth, type Heads } from './heads.ts';
import type { PictureAnswers, PictureKind, PictureQueries } from '../pictures/queries.ts';
import type { FaceAnswers, FaceKind, FaceQueries } from './faces/queries.ts';
import type { HistoryAnswers, HistoryKind, HistoryQueries } from './presence/history.ts';
import type { Secrets } from './protocol.ts';
import type {
  ChangeOutcome,
  NewRecord,
  PreparedChange,
  SideWrite,
  Store,
  StoreHealth,
  StoreLimits,
  UsedKey,
} from './store.ts';
import type { SyncAnswers, SyncKey, SyncQueries } from './sync/answers.ts';
import type { WriterPort } from './writer-port.ts';

export interface ClientOptions {
  port: WriterPort;
  /** Path of the database. */
  file: string;
  /** The heads of the log when it was opened. */
  heads: Heads;
  /** Gives the data folder back; called once, after everything is closed. */
  release: () => void;
}

/** The store as the engine sees it; everything is done by the writer's thread. */
export class StoreClient implements Store {
  readonly #port: WriterPort;
  readonly #options: ClientOptions;
  #closing: Promise<void> | undefined;

  constructor(options: ClientOptions) {
    this.#port = options.port;
    this.#options = options;
  }

  async append<S extends Stream>(
    record: NewRecord<S>,
    side?: readonly SideWrite[],
  ): Promise<RecordRef> {
    const { stream, id, at, clock } = record;
    checkIntegers([at, ...(side ?? []).flatMap(numbersOf)]);
    const body = canonicalJson(record.body);
    const seq = await this.#port.append(
      side === undefined ? [stream, id, at, clock, body] : [stream, id, at, clock, body, side],
    );
    return { stream, seq, id };
  }

  async change(
    changes: readonly PreparedChange[],
    atomic: boolean,
    event: NewRecord<'event'>,
    scope?: StoreScope,
    side: readonly SideWrite[] = [],
  ): Promise<ChangeOutcome> {
    checkIntegers([event.at, ...side.flatMap(numbersOf)]);
    return this.#port.call('change', changes, atomic, event, scope, side);
  }

  markKey(firm: string, source: string, key: string): Promise<UsedKey | undefined> {
    return this.#port.call('markKey', firm, source, key);
  }

  find<K extends EntityKind>(query: StoreQuery<K>): Promise<StoredEntities[K][]> {
    return this.#port.call('find', query) as Promise<StoredEntities[K][]>;
  }

  secrets(credential: string): Promise<Secrets | undefined> {
    return this.#port.call('secrets', credential);
  }

  history<K extends HistoryKind>(kind: K, query: HistoryQueries[K]): Promise<HistoryAnswers[K]> {
    return this.#port.call('history', kind, query) as Promise<HistoryAnswers[K]>;
  }

  faces<K extends FaceKind>(kind: K, query: FaceQueries[K]): Promise<FaceAnswers[K]> {
    return this.#port.call('faces', kind, query) as Promise<FaceAnswers[K]>;
  }

  pictures<K extends PictureKind>(kind: K, query: PictureQueries[K]): Promise<PictureAnswers[K]> {
    return this.#port.call('pictures', kind, query) as Promise<PictureAnswers[K]>;
  }

  readRecords<S extends Stream>(
    stream: S,
    after: number,
    limit: number,
  ): Promise<StoredRecord<S>[]> {
    return this.#port.call('readRecords', stream, after, limit) as Promise<StoredRecord<S>[]>;
  }

  recentRecords<S extends Stream>(stream: S, limit: number): Promise<StoredRecord<S>[]> {
    return this.#port.call('recentRecords', stream, limit) as Promise<StoredRecord<S>[]>;
  }

  acknowledge(stream: Stream, seq: number): Promise<void> {
    return this.#port.call('acknowledge', stream, seq);
  }

  outgoingStreams(): Promise<OutgoingStream[]> {
    return this.#port.call('outgoingStreams');
  }

  outgoingBatch(query: OutgoingQuery): Promise<OutgoingBatch | undefined> {
    return this.#port.call('outgoingBatch', query);
  }

  renewIdentity(): Promise<void> {
    return this.#port.call('renewIdentity');
  }

  collect(request: CollectRequest): Promise<Collection> {
    return this.#port.call('collect', request);
  }

  collectAnnouncement(request: AnnouncedRequest): Promise<Positions> {
    return this.#port.call('collectAnnouncement', request);
  }

  findCollected(query: CollectedQuery): Promise<CollectedPage> {
    return this.#port.call('findCollected', query);
  }

  collectedLogs(): Promise<GatewayLog[]> {
    return this.#port.call('collectedLogs');
  }

  async backup(file: string): Promise<{ bytes: number }> {
    if (this.#port.ended !== undefined) throw this.#port.ended;
    return backupInProcess(this.#options.file, file);
  }

  saveAccounted(days: AccountedDays): Promise<void> {
    return this.#port.call('saveAccounted', days);
  }

  setLimits(limits: StoreLimits): Promise<void> {
    return this.#port.call('setLimits', limits);
  }

  sync<K extends SyncKey>(key: K, query: SyncQueries[K]): Promise<SyncAnswers[K]> {
    return this.#port.call('sync', key, query) as Promise<SyncAnswers[K]>;
  }

  async applySynced(
    changes: readonly PreparedChange[],
    event: NewRecord<'event'>,
    side: readonly SideWrite[],
  ): Promise<ChangeOutcome> {
    checkIntegers([event.at, ...side.flatMap(numbersOf)]);
    return this.#port.call('applySynced', changes, event, side);
  }

  async health(): Promise<StoreHealth> {
    if (this.#port.ended === undefined) return this.#port.call('health');
    const { heads } = this.#options;
    const streams = perStream((stream) => streamHealth(heads[stream]));
    return { bytes: 0, quota: 0, ballast: false, streams, problems: ['storeBroken'] };
  }

  close(): Promise<void> {
    this.#closing ??= this.#port.close().finally(this.#options.release);
    return this.#closing;
  }
}

/** One value that the database refuses would take down everything that is committed with it. */
function checkIntegers(values: readonly number[]): void {
  const wrong = values.find((value) => !Number.isSafeInteger(value));
  if (wrong === undefined) return;
  throw new AccessError('INPUT_INVALID', `a record needs whole numbers, not ${wrong}`);
}

function numbersOf(side: SideWrite): number[] {
  switch (side.kind) {
    case 'lockout':
      return [side.failures, side.windowStart, side.until];
    case 'usedToken':
      return [side.expires];
    case 'transit':
      return [side.placed, side.passage.at, side.now ?? 0, side.keepFrom];
    case 'dealClosed':
    case 'markKey':
    case 'picture':
      return [side.at];
    case 'override':
      return [side.override.at, side.override.expires];
    case 'answerKept':
      return [side.until];
    case 'setting':
    case 'forgive':
    case 'passEnded':
    case 'overrideOver':
    case 'syncedSecret':
    case 'answersOver':
      return [];
  }
}
