import type {
  Announcement,
  LogFault,
  RecordBatch,
  StreamPosition,
} from '../../link/log/records.ts';
import type { ClockState, RecordBodies, Stream } from '../../model/record.ts';

export interface CollectRequest {
  gateway: string;
  batch: RecordBatch;
}

/** What became of a batch; all of it is committed. */
export interface Collection {
  /** When it reached this server, milliseconds since 1970 UTC. */
  received: number;
  /** Numbers of the records that were not here before. */
  fresh: number[];
  /** What was found wrong with them, for the first time. */
  faults: LogFault[];
}

export interface AnnouncedRequest {
  gateway: string;
  streams: Announcement['streams'];
}

export interface Positions {
  streams: StreamPosition[];
  /** What the announcement has brought to light, for the first time. */
  faults: LogFault[];
}

/** Of all records that fit, the newest first. */
export interface CollectedQuery {
  gateway?: string;
  stream?: Stream;
  /** Records about this person: recognised, let in or refused, or passed. */
  person?: string;
  /** Milliseconds since 1970 UTC; the end is exclusive. */
  from?: number;
  to?: number;
  /** The page after this one: `next` of the page before. */
  after?: string;
  /** 1 to 1000, default 100. */
  limit?: number;
}

export interface CollectedRecord {
  gateway: string;
  stream: Stream;
  /** Identity of the numbering. */
  streamId: string;
  seq: number;
  id: string;
  at: number;
  clock: ClockState;
  body: RecordBodies[Stream];
  hash: string;
  /** When it reached this server. */
  received: number;
  /** It contradicts another record under the same number. */
  forked?: true;
}

export interface CollectedPage {
  records: CollectedRecord[];
  /** Where the next page begins; absent on the last one. */
  next?: string;
}

/** How far a gateway's log has come to the server. */
export interface GatewayLog {
  gateway: string;
  stream: Stream;
  streamId: string;
  /** Newest number stored. */
  last: number;
  /** Records that neither side has. */
  missing: number;
  forked: boolean;
}

/** The log of many gateways, kept by a server (R-049, N4, N13). */
export interface CollectedEngine {
  /**
   * Stores what is not here yet: each record once by gateway, identity of the stream and number. Resolves after the
   * commit. Faults become alarms of this engine's own log.
   */
  collectRecords(request: CollectRequest): Promise<Collection>;
  /** Compares what a gateway holds with what is here, and says from where on records are wanted. */
  collectAnnouncement(request: AnnouncedRequest): Promise<Positions>;
  collectedRecords(query: CollectedQuery): Promise<CollectedPage>;
  /** The state of all logs, by gateway and stream. */
  collectedLogs(query: Record<string, never>): Promise<GatewayLog[]>;
}
