import Type, { type Static } from 'typebox';
import { Id, LocalDate, LocalDateTime, Name, TimeOfDay, closed } from './fields.ts';

/**
 * A window of a day by wall clock, end exclusive. If `to` is not after `from` the window runs across
 * midnight and belongs to the day it begins on (D7).
 */
export const Window = Type.Object({ from: TimeOfDay, to: TimeOfDay }, closed);
export type Window = Static<typeof Window>;

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export const Weekday = Type.Integer({ minimum: 1, maximum: 7 });

const Windows = Type.Array(Window, { minItems: 1, maxItems: 16 });

/** The four strategies of. Dates bound a daily or weekly rule, both included. */
export const ScheduleRule = Type.Union([
  Type.Object({ kind: Type.Literal('always') }, closed),
  Type.Object({ kind: Type.Literal('span'), from: LocalDateTime, to: LocalDateTime }, closed),
  Type.Object(
    {
      kind: Type.Literal('daily'),
      windows: Windows,
      from: Type.Optional(LocalDate),
      to: Type.Optional(LocalDate),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('weekly'),
      days: Type.Array(
        Type.Object(
          {
            days: Type.Array(Weekday, { minItems: 1, maxItems: 7, uniqueItems: true }),
            windows: Windows,
          },
          closed,
        ),
        { minItems: 1, maxItems: 7 },
      ),
      from: Type.Optional(LocalDate),
      to: Type.Optional(LocalDate),
    },
    closed,
  ),
]);
export type ScheduleRule = Static<typeof ScheduleRule>;

/** On a day of the holiday group these windows replace the day's own plan; none means closed. */
export const HolidayPlan = Type.Object(
  { group: Id, windows: Type.Array(Window, { maxItems: 16 }) },
  closed,
);
export type HolidayPlan = Static<typeof HolidayPlan>;

export const Schedule = Type.Object(
  {
    id: Id,
    name: Name,
    rule: ScheduleRule,
    holidays: Type.Optional(Type.Array(HolidayPlan, { maxItems: 16 })),
  },
  closed,
);
export type Schedule = Static<typeof Schedule>;

/** Days that are not ordinary: a date, a span of dates (both included), each year if `yearly`. */
export const HolidayGroup = Type.Object(
  {
    id: Id,
    name: Name,
    days: Type.Array(
      Type.Object(
        { from: LocalDate, to: Type.Optional(LocalDate), yearly: Type.Optional(Type.Boolean()) },
        closed,
      ),
      { maxItems: 366 },
    ),
  },
  closed,
);
export type HolidayGroup = Static<typeof HolidayGroup>;

/** The schedule that is always open; it exists without being stored. */
export const ALWAYS = 'always';
