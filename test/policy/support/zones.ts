import { Temporal } from 'temporal-polyfill';

export const ALL_ZONES: readonly string[] = Intl.supportedValuesOf('timeZone');

/** From before the oddest changes of recent years to well ahead. */
const FIRST = '2005-01-01T00:00Z';
const LAST = Date.parse('2032-01-01T00:00Z');
/** More would only repeat the rule of the last years. */
const MOST = 8;

/** The instants at which a zone changed or will change its offset, at most eight, spread over the years. */
export function transitionsOf(zone: string): readonly number[] {
  const known = KNOWN.get(zone) ?? findTransitions(zone);
  KNOWN.set(zone, known);
  return known;
}

const KNOWN = new Map<string, readonly number[]>();

function findTransitions(zone: string): number[] {
  const all: number[] = [];
  let zoned = Temporal.Instant.from(FIRST).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (zoned !== null && zoned.epochMilliseconds < LAST) {
    all.push(zoned.epochMilliseconds);
    zoned = zoned.getTimeZoneTransition('next');
  }
  const step = Math.max(1, Math.ceil(all.length / MOST));
  return all.filter((_, index) => index % step === 0);
}
