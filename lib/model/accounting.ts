import Type, { type Static } from 'typebox';
import { Attributes, Id, LocalDate, TimeOfDay, closed } from './fields.ts';

const Minutes = Type.Integer({ minimum: 0, maximum: 1440 });

/** How a firm makes accounted time from facts and plan. */
export const AccountingRules = Type.Object(
  {
    /** Accounted times are multiples of so many minutes; default 1. */
    rounding: Type.Optional(
      Type.Object(
        {
          minutes: Type.Integer({ minimum: 1, maximum: 60 }),
          /** `employee`: arrival down and departure up; `employer`: the other way; or to the nearest. */
          favour: Type.Enum(['employee', 'employer', 'nearest']),
        },
        closed,
      ),
    ),
    /** Minutes late or early that count as on time. */
    grace: Type.Optional(
      Type.Object({ late: Type.Optional(Minutes), early: Type.Optional(Minutes) }, closed),
    ),
    /** Whether time before the planned arrival, and after the planned departure, counts; default no. */
    earlyArrival: Type.Optional(Type.Boolean()),
    lateDeparture: Type.Optional(Type.Boolean()),
    /** Absences between two stays up to so many minutes count as present. */
    shortAbsence: Type.Optional(Minutes),
    /** Taken off a day that is at least `after` minutes long. */
    breaks: Type.Optional(
      Type.Array(Type.Object({ after: Minutes, minutes: Minutes }, closed), { maxItems: 8 }),
    ),
    /** A stay without exit: ends as planned, counts nothing, or waits for a correction. */
    missingExit: Type.Optional(Type.Enum(['planned', 'nothing', 'open'])),
    /** Zones in which presence counts; default the outermost ones. */
    zones: Type.Optional(Type.Array(Id, { maxItems: 64, uniqueItems: true })),
    /** Who gets minutes that several employers planned (D13). */
    overlap: Type.Optional(Type.Enum(['priority', 'split'])),
  },
  closed,
);
export type AccountingRules = Static<typeof AccountingRules>;

/**
 * A line of a firm's plan: one person, one day. A departure at or before the arrival is on
 * the next day; the shift belongs to the day it began on. Without times the day is free.
 */
export const PlannedDay = Type.Object(
  {
    id: Id,
    person: Id,
    firm: Id,
    date: LocalDate,
    arrival: Type.Optional(TimeOfDay),
    departure: Type.Optional(TimeOfDay),
    /** Minutes; default the time between arrival and departure without breaks. */
    stay: Type.Optional(Type.Integer({ minimum: 0, maximum: 2880 })),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type PlannedDay = Static<typeof PlannedDay>;
