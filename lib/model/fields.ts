import Type from 'typebox';

/** An object id: opaque, at most 36 characters, as ONVIF advises for local tokens. */
export const Id = Type.String({
  minLength: 1,
  maxLength: 36,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
});

/** A name shown to people: at most 64 characters, no control characters. */
export const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
});

export const ShortText = Type.String({ maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });

/**
 * A date or date-time in the site's own zone: `2026-12-31` or `2026-12-31T18:00:00`. As the start of a
 * period a bare date means 00:00:00; as its end it includes the whole day (R-014, R-114, D7).
 */
export const LocalDateTime = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2})?)?$',
});

/** A date in the site's own zone: `2026-12-31`. */
export const LocalDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

/** A time of day `HH:MM`; `24:00` is the end of the day. */
export const TimeOfDay = Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' });

/** Milliseconds since 1970 UTC. */
export const Instant = Type.Integer({ minimum: 0, maximum: 253402300799999 });

/**
 * Open attributes of an object or a link: flat, at most 32 values, under names of 1 to 64
 * characters. The names are closed too, or a name outside the pattern would pass with any value.
 */
export const Attributes = Type.Record(
  Type.String({
    pattern: '^(?!(?:__proto__|constructor|prototype)$)[^\\u0000-\\u001f\\u007f]{1,64}$',
  }),
  Type.Union([Type.String({ maxLength: 1024 }), Type.Number(), Type.Boolean(), Type.Null()]),
  { maxProperties: 32, additionalProperties: false },
);

/** Keeps an object closed: unknown properties are refused. */
export const closed = { additionalProperties: false } as const;
