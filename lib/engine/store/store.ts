import type { CredentialStatus, CredentialType, ModelIdentity } from '../../model/credential.ts';
import type { Entities, EntityKind, StoredEntities } from '../../model/entity.ts';
import type {
  ClockState,
  RecordBodies,
  RecordRef,
  StoredRecord,
  Stream,
} from '../../model/record.ts';
import type { ReleaseOverride } from '../../model/release.ts';
import type { PolicyChange } from '../../policy/policy.ts';
import type { ChangeFailure, FindQuery, StreamHealth } from '../engine.ts';
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
import type {
  PictureAnswers,
  PictureKind,
  PictureQueries,
  PictureWrite,
} from '../pictures/queries.ts';
import type { StoreScope } from './entities/scope.ts';
import type { AccountedDays } from './accounted-days.ts';
import type { SyncAnswers, SyncKey, SyncQueries } from './sync/answers.ts';
import type { SyncedSecret } from './sync/synced.ts';
import type { FaceAnswers, FaceKind, FaceQueries } from './faces/queries.ts';
import type { HistoryAnswers, HistoryKind, HistoryQueries } from './presence/history.ts';
import type { KeptRow, OnlineWrite } from './kept-answers.ts';
import type { ForgiveWrite, StoredPosition, TransitWrite } from './presence/moves.ts';

/** A record that waits for its number and its commit. */
export interface NewRecord<S extends Stream = Stream> {
  stream: S;
  id: string;
  at: number;
  clock: ClockState;
  body: RecordBodies[S];
}

/** State that has to be committed together with a record, or not at all. */
export type SideWrite =
  | { kind: 'lockout'; subject: string; failures: number; windowStart: number; until: number }
  | { kind: 'usedToken'; token: string; expires: number }
  | { kind: 'setting'; key: string; value: string }
  /** A one-off pass ends by the exit, at this local time. */
  | { kind: 'passEnded'; pass: string; at: string }
  | TransitWrite
  | ForgiveWrite
  | OnlineWrite
  | PictureWrite
  | ReleaseWrite
  | SyncedSecret;

/** What follows from marks, overrides and exits. */
export type ReleaseWrite =
  | { kind: 'dealClosed'; deal: string; at: number }
  | { kind: 'override'; override: ReleaseOverride }
  | { kind: 'overrideOver'; id: string }
  | ({ kind: 'markKey'; firm: string; source: string; key: string; at: number } & UsedKey);

/** A key of an accounting system that has counted: what it stood for, and what was answered. */
export interface UsedKey {
  digest: string;
  /** JSON. */
  answer: string;
}

export interface SideState {
  lockouts: { subject: string; failures: number; windowStart: number; until: number }[];
  usedTokens: { token: string; expires: number }[];
  settings: Record<string, string>;
  keptAnswers: KeptRow[];
  positions: StoredPosition[];
  /** When each person was last seen to enter each zone, for the last day before the newest passage. */
  entries: { person: string; zone: string; at: number }[];
}

/** A credential with its secrets already digested, hashed and sealed; the store never sees a value. */
export interface SealedCredential {
  id: string;
  person?: string;
  type?: CredentialType;
  status?: CredentialStatus;
  validFrom?: string;
  validTo?: string;
  label?: string;
  duress?: boolean;
  model?: ModelIdentity;
  attributes?: Record<string, string | number | boolean | null>;
  /** Present when the change carries a value: digest, sealed copy or PIN hash, masked hint. */
  secret?: { lookup: string; sealed: Uint8Array; hint: string };
  template?: Uint8Array;
  tokenKey?: Uint8Array;
}

/** What a change gives of an entity; on `update` what is absent stays as it is. */
export type ChangeValue<K extends EntityKind> = K extends 'credential'
  ? SealedCredential
  : Partial<Entities[K]> & { id: string };

/** A change whose form has been checked and whose secrets are sealed. */
export type PreparedChange =
  | {
      [K in EntityKind]: { op: 'create' | 'update' | 'put'; kind: K; value: ChangeValue<K> };
    }[EntityKind]
  | { op: 'delete'; kind: EntityKind; id: string };

export interface ChangeOutcome {
  version: number;
  /** What the snapshot has to take over, in order. */
  applied: PolicyChange[];
  /** How many changes were written. */
  written: number;
  failed: ChangeFailure[];
}

export interface StoreLimits {
  ring: number;
  quotaRecords: number;
  quotaBytes: number;
}

export interface StoreHealth {
  bytes: number;
  quota: number;
  ballast: boolean;
  streams: Record<Stream, StreamHealth>;
  problems: string[];
}

/**
 * The durable side of the engine: one writer in a worker thread, WAL and FULL, all that waits is
 * committed together. Every promise resolves after the commit it depends on.
 * Rejects with STORE_FULL or STORE_BROKEN.
 */
export interface Store {
  append<S extends Stream>(record: NewRecord<S>, side?: readonly SideWrite[]): Promise<RecordRef>;
  /**
   * Writes changes of the policy and one administration event in one transaction. References are checked
   * (`NOT_FOUND`), so are double ids and double values (`CONFLICT`). With `atomic`, one failure leaves
   * everything as it was. The details of the event get `version`, `applied` and `failed`; if nothing was
   * changed there is neither an event nor a new version. `put` replaces all properties, but a credential
   * put without a value keeps its secrets. With a scope, only what is the firm's is changed (`FORBIDDEN`). `side`
   * is committed with the changes or not at all. Live records wait while a call runs: give it at most some
   * hundred changes.
   */
  change(
    changes: readonly PreparedChange[],
    atomic: boolean,
    event: NewRecord<'event'>,
    scope?: StoreScope,
    side?: readonly SideWrite[],
  ): Promise<ChangeOutcome>;
  /** What a key stood for; undefined if it has not been used. */
  markKey(firm: string, source: string, key: string): Promise<UsedKey | undefined>;
  /** Entities that fit all filters, by id. Rejects with INPUT_INVALID for a filter that a kind has not. */
  find<K extends EntityKind>(
    query: Omit<FindQuery<K>, 'credential'> & { lookup?: string },
  ): Promise<StoredEntities[K][]>;
  /** Sealed value, template and token key of a credential; undefined if it does not exist. */
  secrets(
    credential: string,
  ): Promise<{ sealed: Uint8Array; template?: Uint8Array; tokenKey?: Uint8Array } | undefined>;
  /** Answers a question about who was where. */
  history<K extends HistoryKind>(kind: K, query: HistoryQueries[K]): Promise<HistoryAnswers[K]>;
  /** Answers a question about templates of faces. */
  faces<K extends FaceKind>(kind: K, query: FaceQueries[K]): Promise<FaceAnswers[K]>;
  /** Answers a question about the pictures beside the log. */
  pictures<K extends PictureKind>(kind: K, query: PictureQueries[K]): Promise<PictureAnswers[K]>;
  readRecords<S extends Stream>(
    stream: S,
    after: number,
    limit: number,
  ): Promise<StoredRecord<S>[]>;
  recentRecords<S extends Stream>(stream: S, limit: number): Promise<StoredRecord<S>[]>;
  /**
   * Marks records up to `seq` as sent and drops what the ring does not keep. Never goes back; rejects with
   * INPUT_INVALID for a number that has not been given out.
   */
  acknowledge(stream: Stream, seq: number): Promise<void>;
  /** See `OutgoingEngine`. */
  outgoingStreams(): Promise<OutgoingStream[]>;
  outgoingBatch(query: OutgoingQuery): Promise<OutgoingBatch | undefined>;
  renewIdentity(): Promise<void>;
  /** See `CollectedEngine`. */
  collect(request: CollectRequest): Promise<Collection>;
  collectAnnouncement(request: AnnouncedRequest): Promise<Positions>;
  findCollected(query: CollectedQuery): Promise<CollectedPage>;
  collectedLogs(): Promise<GatewayLog[]>;
  /**
   * Writes a checked copy of the database to a new file. The copy, put into service, numbers its records
   * under a new identity (I2). Rejects with CONFLICT if the file exists.
   */
  backup(file: string): Promise<{ bytes: number }>;
  /** Stores working time as it was accounted; at most some hundred days, as live records wait. */
  saveAccounted(days: AccountedDays): Promise<void>;
  setLimits(limits: StoreLimits): Promise<void>;
  /** Asks or notes something of gateways and what they hold. */
  sync<K extends SyncKey>(key: K, query: SyncQueries[K]): Promise<SyncAnswers[K]>;
  /**
   * Carries out changes of the server, each on its own, and commits them with `side` and their event. At most some
   * hundred, as live records wait.
   */
  applySynced(
    changes: readonly PreparedChange[],
    event: NewRecord<'event'>,
    side: readonly SideWrite[],
  ): Promise<ChangeOutcome>;
  health(): Promise<StoreHealth>;
  close(): Promise<void>;
}
