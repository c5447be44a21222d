import type { Command, Decision, Passage } from './decision.ts';

/** The numbered streams of a gateway: each counts its records from 1 without a gap. */
export const STREAMS = ['access', 'command', 'passage', 'event'] as const;
export type Stream = (typeof STREAMS)[number];

/** `untrusted`: the wall time of the row must not be relied on; order is by number, never by time. */
export type ClockState = 'trusted' | 'untrusted';

/** A credential as the log keeps it (D6). */
export interface LoggedCredential {
  type: string;
  /** Masked or plain by the site's setting; a keyed digest for PIN and biometric values. */
  value: string;
  format?: string;
  reader?: string;
  credential?: string;
}

/** One row of the access log: the attempt together with its decision. */
export interface AccessEntry {
  decision: Decision;
  credentials: LoggedCredential[];
  requestToExit?: boolean;
  /** Nobody asked: the door had to be open for all. */
  opening?: 'mode' | 'fire' | 'command';
  /** At a server: the gateway that asked. Its own log has the attempt under the same id. */
  gateway?: string;
  snapshot?: string;
}

export const EVENT_CATEGORIES = ['alarm', 'device', 'administration', 'system'] as const;
export type EventCategory = (typeof EVENT_CATEGORIES)[number];

/** Alarms, device service, administration, and what happened to the system itself. */
export interface EventEntry {
  category: EventCategory;
  /** Stable code in lower camel case, for example `duress`, `outputMismatch`, `clockStepped`. */
  code: string;
  accessPoint?: string;
  author?: string;
  details?: Record<string, string | number | boolean | null>;
}

export interface RecordBodies {
  access: AccessEntry;
  command: Command;
  passage: Passage;
  event: EventEntry;
}

/** A committed row. `seq` counts from 1 without gaps in its stream; `hash` chains it to the row before. */
export interface StoredRecord<S extends Stream = Stream> {
  stream: S;
  seq: number;
  id: string;
  /** Milliseconds since 1970 UTC by the gateway's own clock. */
  at: number;
  clock: ClockState;
  body: RecordBodies[S];
  /** SHA-256 as 64 hexadecimal digits. */
  hash: string;
}

/** Where a committed record stands. */
export interface RecordRef {
  stream: Stream;
  seq: number;
  id: string;
}
