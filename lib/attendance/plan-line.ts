import Type, { type Static } from 'typebox';
import { Id, LocalDate, TimeOfDay, closed } from '../model/fields.ts';
import { parser } from '../model/parse.ts';

/** In the place of a person: everybody whom the firm employs on the day. */
export const EVERYBODY = '*';
/** What a rotation says of a day without work. */
export const FREE = '-';

const Stay = Type.Integer({ minimum: 0, maximum: 2880 });
const times = {
  arrival: Type.Optional(TimeOfDay),
  departure: Type.Optional(TimeOfDay),
  stay: Type.Optional(Stay),
};

const TIME = '(([01]\\d|2[0-3]):[0-5]\\d|24:00)';

/**
 * A line of a plan: one day, the same times on some days of the week, or a rotation of shifts that begins
 * again after its last day. Without times a day is free.
 */
export const PlanLine = Type.Union([
  Type.Object({ person: Id, date: LocalDate, ...times }, closed),
  Type.Object(
    {
      person: Id,
      from: LocalDate,
      to: LocalDate,
      /** 1 = Monday … 7 = Sunday. */
      weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
        minItems: 1,
        maxItems: 7,
        uniqueItems: true,
      }),
      ...times,
    },
    closed,
  ),
  Type.Object(
    {
      person: Id,
      from: LocalDate,
      to: LocalDate,
      /** One entry a day, `06:00-14:00`, or `-` for a free one. */
      rotation: Type.Array(Type.String({ pattern: `^(-|${TIME}-${TIME})$` }), {
        minItems: 1,
        maxItems: 366,
      }),
      /** A day on which the rotation begins; default `from`. */
      start: Type.Optional(LocalDate),
    },
    closed,
  ),
]);
export type PlanLine = Static<typeof PlanLine>;

/** For a message that names the column: each form has a parser of its own. */
export const PLAN_FORMS = {
  date: parser(PlanLine.anyOf[0]),
  weekdays: parser(PlanLine.anyOf[1]),
  rotation: parser(PlanLine.anyOf[2]),
};
