import Type from 'typebox';
import { AccessError } from '../model/errors.ts';
import { Id, LocalDateTime } from '../model/fields.ts';
import { uuidv7 } from '../model/ids.ts';
import { optional } from '../model/optional.ts';
import { parser } from '../model/parse.ts';
import { TimeCorrection } from '../model/time-correction.ts';

/** The most corrections in one message; they are made all or none, and live records wait meanwhile. */
const MOST = 500;

/** One correction of one person, or the same for many people, such as after an outage of the turnstile. */
const Entry = Type.Object(
  {
    id: Type.Optional(Id),
    person: Type.Optional(Id),
    people: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: MOST, uniqueItems: true })),
    firm: Type.Optional(Id),
    from: LocalDateTime,
    to: LocalDateTime,
    present: Type.Optional(Type.Boolean()),
    reason: TimeCorrection.properties.reason,
  },
  { additionalProperties: false },
);
const entryParser = parser(Entry);

interface Made {
  /** The firm of entries that name none; absent: they count for every employer. */
  firm: string | undefined;
  author: string;
  at: number;
}

/**
 * The corrections that a message asks for: one entry or a list, each for one person or several. `present` is
 * true unless it says otherwise. Throws INPUT_INVALID.
 */
export function correctionsOf(value: unknown, { firm, author, at }: Made): TimeCorrection[] {
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  const corrections = entries.flatMap((given, index): TimeCorrection[] => {
    const where = `entry ${index + 1}`;
    const entry = entryParser.parse(given, where);
    const { id, person, people, present = true, from, to, reason } = entry;
    if ((person === undefined) === (people === undefined)) {
      throw new AccessError('INPUT_INVALID', `${where} needs either person or people`);
    }
    if (people !== undefined && id !== undefined) {
      throw new AccessError('INPUT_INVALID', `${where}: one id cannot be that of several people`);
    }
    return (people ?? [person ?? '']).map((one) => ({
      id: id ?? uuidv7(at),
      person: one,
      ...optional('firm', entry.firm ?? firm),
      ...{ from, to, present, reason, author, at },
    }));
  });
  if (corrections.length >= 1 && corrections.length <= MOST) return inOrder(corrections);
  throw new AccessError(
    'INPUT_INVALID',
    `1 to ${MOST} corrections can be made together, not ${corrections.length}`,
  );
}

/** Each a millisecond later than the one before, so that of two in one message the later one holds. */
function inOrder(corrections: readonly TimeCorrection[]): TimeCorrection[] {
  return corrections.map((correction, index) => ({ ...correction, at: correction.at + index }));
}
