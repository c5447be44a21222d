import type { AccountedDays } from '../store/accounted-days.ts';
import type { HistoryAnswers, HistoryKind, HistoryQueries } from '../store/presence/history.ts';
import type { ErrorMessage } from '../store/protocol.ts';
import type { Attendance, AttendanceQuery, FirmQuery, Timesheet } from './working-time.ts';

/** What a report of working time needs to know of the present. */
export interface ReportMoment {
  /** Milliseconds since 1970 UTC. */
  asOf: number;
  /** The IANA zone of the site. */
  zone: string;
}

/** The answer, and how the stored days differ from it. */
export interface Accounted<T> {
  answer: T;
  changed: AccountedDays;
}

/** The reports; each runs in a thread of its own from one look at the database. */
export interface Reports {
  history(kind: HistoryKind, query: HistoryQueries[HistoryKind]): HistoryAnswers[HistoryKind];
  attendance(query: AttendanceQuery, moment: ReportMoment): Accounted<Attendance>;
  timesheet(query: FirmQuery, moment: ReportMoment): Accounted<Timesheet>;
}

export type ReportRequest = {
  [R in keyof Reports]: { report: R; args: Parameters<Reports[R]> };
}[keyof Reports];

export type ReportReply = { value: unknown } | { error: ErrorMessage };
