import Type, { type Static } from 'typebox';
import { Attributes, Id, LocalDate, TimeOfDay, closed } from './fields.ts';

const Minutes = Type.Integer({ minimum: 0, maximum: 1440 });

/** How a firm makes accounted time from facts and plan. */
export const AccountingRules = Type.Object(
  {
    /**
     * Accounted arrivals and departures are multiples of so many minutes from local midnight; default 1.
     * Who is on time by the plan is never rounded.
     */
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
    /** Minutes by which an arrival may be late, and a departure early, and still be on time. */
    grace: Type.Optional(
      Type.Object({ late: Type.Optional(Minutes), early: Type.Optional(Minutes) }, closed),
    ),
    /** Whether time before the planned arrival, and after the planned departure, counts; default no. */
    earlyArrival: Type.Optional(Type.Boolean()),
    lateDeparture: Type.Optional(Type.Boolean()),
    /** Absences between two stays up to so many minutes count as present. */
    shortAbsence: Type.Optional(Minutes),
    /**
     * `minutes` are taken off a day of at least `after` minutes; of several the one with the longest `after`
     * that was reached. Time that the person was out between arrival and departure is part of the break.
     */
    breaks: Type.Optional(
      Type.Array(Type.Object({ after: Minutes, minutes: Minutes }, closed), { maxItems: 8 }),
    ),
    /**
     * A stay whose entry or exit nobody saw: it begins or ends as planned, what is not known counts nothing,
     * or the day waits for a correction, which is the default.
     */
    unseen: Type.Optional(Type.Enum(['planned', 'nothing', 'open'])),
    /** Zones in which presence counts, with all that lies in them; default the outermost ones. */
    zones: Type.Optional(Type.Array(Id, { maxItems: 64, uniqueItems: true })),
    /**
     * Who gets minutes that several employers claim (D13): the one with the lowest `priority` of employment,
     * or all in equal parts, one after the other, if all of them say `split`.
     */
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
    /** Minutes; default the time between arrival and departure less the break of the firm's rules. */
    stay: Type.Optional(Type.Integer({ minimum: 0, maximum: 2880 })),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type PlannedDay = Static<typeof PlannedDay>;
