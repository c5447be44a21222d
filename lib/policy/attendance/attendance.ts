import type { AccountingRules, PlannedDay } from '../../model/accounting.ts';
import type { Employment } from '../../model/firm.ts';
import type { TimeCorrection } from '../../model/time-correction.ts';
import type { Zone as TimeZone } from '../zone.ts';

/** A stay of a person in a zone or below it, as the passages tell it. Milliseconds since 1970 UTC. */
export interface Stay {
  zone: string;
  entered: number;
  /** Nobody saw the entry: `entered` is when the person was first seen inside, or seen to leave. */
  unseenEntry?: boolean;
  /** Absent: no exit was seen. */
  left?: number;
}

/** Everything that the accounts of one person are made from; of all employers, for they share the minutes. */
export interface PersonFacts {
  person: string;
  stays: readonly Stay[];
  corrections: readonly TimeCorrection[];
  employments: readonly Employment[];
  plans: readonly PlannedDay[];
}

/** What is the same for everybody. */
export interface AccountingSite {
  zone: TimeZone;
  /** By firm; a firm without rules has the default ones. */
  rules: ReadonlyMap<string, AccountingRules>;
  /** The zone around each zone that lies in another. */
  parents: ReadonlyMap<string, string>;
  /** Until when the facts are known, in milliseconds since 1970 UTC. */
  asOf: number;
}

/** What there is to say of a day, in this order. */
export const DAY_MARKS = [
  /** The person has come in and not gone out yet. */
  'inside',
  /** There is an exit without entry, or an entry without exit. */
  'missingEntry',
  'missingExit',
  /** The person was there without a plan and without permission for it. */
  'notPlanned',
  /** The person was planned and did not come. */
  'absent',
  /** A correction stands in the place of a fact. */
  'corrected',
  /** Minutes are claimed by several employers (D13). */
  'shared',
  /** The shift before lasts into this one. */
  'plansOverlap',
] as const;
export type DayMark = (typeof DAY_MARKS)[number];

/** Arrival and departure in milliseconds since 1970 UTC, of whole minutes; stay in minutes. */
export interface DayTimes {
  arrival?: number;
  departure?: number;
  stay: number;
}

/** One person at one firm on one day: plan, fact and accounted time side by side. */
export interface AttendanceDay {
  person: string;
  firm: string;
  date: string;
  plan?: DayTimes;
  fact?: DayTimes;
  /** Absent while the day has not begun or waits for a correction. */
  accounted?: DayTimes;
  marks: DayMark[];
}

/** Something that people and firms have to settle (R-097, D13). */
export interface AttendanceConflict {
  code: 'sharedMinutes' | 'missingEntry' | 'missingExit' | 'notPlanned' | 'plansOverlap';
  person: string;
  date: string;
  /** Whom it concerns; the first one has got the minutes unless they were split. */
  firms: string[];
  /** Milliseconds since 1970 UTC. */
  from: number;
  to?: number;
}

export interface PersonAccount {
  days: AttendanceDay[];
  conflicts: AttendanceConflict[];
}
