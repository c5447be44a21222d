import Type, { type Static } from 'typebox';
import { Id, LocalDate, closed } from '../../model/fields.ts';
import type { AttendanceConflict, AttendanceDay } from '../../policy/attendance/attendance.ts';

/** A firm's administrator sees that firm only. */
export const Scope = Type.Object({ firm: Id }, closed);

/** The most people on one page of a report. */
export const MOST_PEOPLE = 200;
/** The most days of a report over a firm, and over one person. */
export const MOST_DAYS = { firm: 62, person: 366 } as const;

/** Days from `from` to `to`, both included, of one person at all employers or at that of the scope. */
export const AttendanceQuery = Type.Object(
  { person: Id, from: LocalDate, to: LocalDate, scope: Type.Optional(Scope) },
  closed,
);
export type AttendanceQuery = Static<typeof AttendanceQuery>;

/** A page of a report over the people of a firm, in the order of their ids. */
export const FirmQuery = Type.Object(
  {
    firm: Id,
    from: LocalDate,
    to: LocalDate,
    /** People after this id. */
    after: Type.Optional(Id),
    /** At most so many people; default 100. */
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_PEOPLE })),
    scope: Type.Optional(Scope),
  },
  closed,
);
export type FirmQuery = Static<typeof FirmQuery>;

/** The days of a person, and what has to be settled about them. */
export interface Attendance {
  days: AttendanceDay[];
  conflicts: AttendanceConflict[];
}

export interface TimesheetPerson {
  id: string;
  name: string;
  employeeNumber?: string;
  days: AttendanceDay[];
}

/** A page of a firm's timesheet. */
export interface Timesheet {
  firm: { id: string; name: string };
  from: string;
  to: string;
  /** Until when the facts were known, in milliseconds since 1970 UTC. */
  asOf: number;
  people: TimesheetPerson[];
  conflicts: AttendanceConflict[];
  /** The next page begins after this person; absent on the last one. */
  next?: string;
}
