import type { ClockState, Stream } from '../../model/record.ts';

/** What a stream of the log holds, as it has to be told to a server. */
export interface OutgoingStream {
  stream: Stream;
  /** From which number on which identity counts (I2); the newest at the end. */
  identities: { since: number; id: string }[];
  /** Oldest record kept; `last` + 1 if none is. */
  first: number;
  /** Newest record, 0 if none, and its hash. */
  last: number;
  head: string;
  /** Newest number that the server has confirmed. */
  acknowledged: number;
}

export interface OutgoingRecord {
  id: string;
  at: number;
  clock: ClockState;
  body: Record<string, unknown>;
  hash: string;
}

/** Consecutive records of one identity. */
export interface OutgoingBatch {
  stream: Stream;
  id: string;
  from: number;
  /** Hash of the record before `from`. */
  previous: string;
  records: OutgoingRecord[];
}

export interface OutgoingQuery {
  stream: Stream;
  from: number;
  to: number;
  /** Records that take more than this together stay for the next batch; the first is given in any case. */
  bytes: number;
}

/** The numbers of the newest committed records. */
export type Recorded = Record<Stream, number>;

/** What the engine offers to whoever passes the log on to a server (R-047 to R-050, N4). */
export interface OutgoingEngine {
  outgoingStreams(query: Record<string, never>): Promise<OutgoingStream[]>;
  /**
   * Records from `from` to `to` as far as they are still there, of one identity and one message in size; undefined
   * if none is.
   */
  outgoingBatch(query: OutgoingQuery): Promise<OutgoingBatch | undefined>;
  /**
   * Gives the numbers that follow a new identity: the server has records of the present one that are not here, so
   * the database has come back from a copy (F-20, F-21). Recorded as alarm `databaseRestored`.
   */
  renewIdentity(query: Record<string, never>): Promise<void>;
}
