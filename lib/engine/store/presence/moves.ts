import type { Passage } from '../../../model/decision.ts';
import type { ClockState } from '../../../model/record.ts';

/** A passage on its way into the history, in the transaction of its record. */
export interface TransitWrite {
  kind: 'transit';
  passage: Passage;
  /** Its place in the history: milliseconds since 1970 UTC. */
  placed: number;
  clock: ClockState;
  /** The other gateway that saw it. */
  gateway?: string;
  /** The present, for a passage that has just happened: nothing in the person's history can lie after it. */
  now?: number;
  /** It comes late: what it shows to have been against the rules is reported. */
  late: boolean;
  /** Older rows than this have been kept long enough. */
  keepFrom: number;
}

/** Makes positions unknown: of one person, of everybody in certain zones, or of all. */
export interface ForgiveWrite {
  kind: 'forgive';
  person?: string;
  zones?: readonly string[];
}

/** Where somebody is, as the history has it. */
export interface StoredPosition {
  person: string;
  /** Absent for outside. */
  zone?: string;
  /** Since when: the place of the last passage in the history. */
  at: number;
  passage: string;
  tag?: string;
  forgiven: boolean;
}

/** A position as it is after a commit. */
export interface Moved {
  person: string;
  /** Absent if nothing is known any more. */
  position?: StoredPosition;
  /** Zones that the person is in, with the instant of an entry that was seen. */
  entries: { zone: string; at: number }[];
}
