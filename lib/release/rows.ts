import Type, { type Static } from 'typebox';
import { AccessError } from '../model/errors.ts';
import { Id, Instant, LocalDateTime, Name, closed } from '../model/fields.ts';
import { optional } from '../model/optional.ts';
import { parser } from '../model/parse.ts';
import { MarkKey, type MarkRequest } from '../model/release-requests.ts';
import { DealMark } from '../model/release.ts';
import { periodStart } from '../policy/local-time.ts';
import type { Zone } from '../policy/zone.ts';
import { isPlainObject } from '../people/plain.ts';

/** Rows of one message; more of them have to come in several. */
export const MOST_ROWS = 1000;
/** Longest text of one message, in characters. */
const MOST_TEXT = 1_048_576;

const OFFSET = /(?:Z|[+-]\d{2}:\d{2})$/;

/** One mark as an accounting system writes it; who brings it is not for the row to say. */
const MarkRow = Type.Object(
  {
    deal: Type.Optional(Id),
    firm: Type.Optional(Id),
    reference: Type.Optional(Name),
    mark: DealMark,
    set: Type.Optional(Type.Boolean()),
    /** Milliseconds since 1970 UTC, a date-time with offset, or one in the zone of the site. */
    at: Type.Optional(
      Type.Union([
        Instant,
        LocalDateTime,
        Type.String({
          pattern:
            '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2})$',
        }),
      ]),
    ),
    key: MarkKey,
  },
  closed,
);
type MarkRow = Static<typeof MarkRow>;

const rowParser = parser(MarkRow);

/** What holds for all rows of a message. */
export interface MarkContext extends Pick<MarkRequest, 'source' | 'author' | 'scope'> {
  /** The site's, for times without offset. */
  zone: Zone;
}

/**
 * The rows of a message: a list, one row, an object with a list `marks`, or any of these as JSON text (with or without
 * byte order mark). Throws INPUT_INVALID.
 */
export function markRows(value: unknown): readonly unknown[] {
  const data = typeof value === 'string' || Buffer.isBuffer(value) ? fromJson(value) : value;
  const list = isPlainObject(data) && 'marks' in data ? data.marks : data;
  const rows: readonly unknown[] = Array.isArray(list) ? list : [list];
  if (rows.length <= MOST_ROWS) return rows;
  throw new AccessError('INPUT_INVALID', `${rows.length} rows are more than ${MOST_ROWS}`);
}

/** The request of one row. Throws INPUT_INVALID naming what is wrong. */
export function markRequest(row: unknown, { zone, ...context }: MarkContext): MarkRequest {
  const { at, ...rest } = rowParser.parse(row, 'row');
  return { ...rest, ...optional('at', instantOf(at, zone)), ...context };
}

function fromJson(value: string | Buffer): unknown {
  const text = String(value);
  if (text.length > MOST_TEXT) throw new AccessError('INPUT_INVALID', 'the text is too long');
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw new AccessError('INPUT_INVALID', 'the text is not JSON', { cause: error });
  }
}

function instantOf(at: MarkRow['at'], zone: Zone): number | undefined {
  if (at === undefined || typeof at === 'number') return at;
  const instant = OFFSET.test(at) ? Date.parse(at) : zone.toInstant(periodStart(at), 'start');
  if (Number.isFinite(instant) && instant >= 0) return instant;
  throw new AccessError('INPUT_INVALID', `row.at: there is no ${at}`);
}
