/** Milliseconds. */
export const MINUTE = 60_000;
export const DAY = 86_400_000;

/**
 * Local times are plain numbers here: the milliseconds from 1970-01-01T00:00 to a reading of the site's
 * wall clock, as if every day had 24 hours. Days are counted from 1970-01-01 in the same way.
 * A text that names no time that exists (30 February) gives NaN; who uses it has to close on that.
 */

/** The Gregorian calendar repeats after 400 years, which are this many days. */
const DAYS_IN_400_YEARS = 146_097;
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The day number of a date `2026-12-31`; NaN if there is no such date. */
export function dayOf(date: string): number {
  const year = digits(date, 0, 4);
  const month = digits(date, 5, 2);
  const day = digits(date, 8, 2);
  if (!(day >= 1 && day <= monthLength(year, month))) return NaN;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return Date.UTC(year + 400, month - 1, day) / DAY - DAYS_IN_400_YEARS;
}

/** 1 = Monday … 7 = Sunday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** Month and day as one number that grows through the year: 229 is 29 February. */
export function monthDayOf(day: number): number {
  const date = new Date(day * DAY);
  return (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** The first moment of a period: a bare date begins at 00:00. Minus infinity if there is no limit. */
export function periodStart(text: string | undefined): number {
  return text === undefined ? -Infinity : dayOf(text) * DAY + timeOf(text, 0);
}

/** The end of a period, exclusive: a bare date includes its whole day. Infinity if there is no limit. */
export function periodEnd(text: string | undefined): number {
  return text === undefined ? Infinity : dayOf(text) * DAY + timeOf(text, DAY);
}

/** The validity of something in local milliseconds, end exclusive. */
export interface Period {
  readonly from: number;
  readonly until: number;
  /** Whether there is a start or an end. */
  readonly limited: boolean;
}

const UNLIMITED: Period = { from: -Infinity, until: Infinity, limited: false };

/** A start or end that does not exist (30 February) makes a period that has not begun or is over. */
export function readPeriod(from: string | undefined, to: string | undefined): Period {
  if (from === undefined && to === undefined) return UNLIMITED;
  const start = periodStart(from);
  const end = periodEnd(to);
  return {
    from: Number.isNaN(start) ? Infinity : start,
    until: Number.isNaN(end) ? -Infinity : end,
    limited: true,
  };
}

/** Minutes of the day of a time `HH:MM`, 0 to 1440. */
export function minuteOf(time: string): number {
  return digits(time, 0, 2) * 60 + digits(time, 3, 2);
}

/** Milliseconds of the day of the `T18:00:00` behind a date, or `absent` where there is none. */
function timeOf(text: string, absent: number): number {
  if (text.length === 'YYYY-MM-DD'.length) return absent;
  const hours = digits(text, 11, 2);
  const minutes = digits(text, 14, 2);
  const seconds = text.length > 'YYYY-MM-DDTHH:MM'.length ? digits(text, 17, 2) : 0;
  const time = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return minutes < 60 && seconds < 60 && time <= DAY ? time : NaN;
}

function monthLength(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (MONTH_LENGTHS[month - 1] ?? NaN);
}

/** Reads a fixed number of decimal digits; NaN if one is missing. A base is loaded with 300,000 of them. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let index = from; index < from + count; index++) {
    const digit = text.charCodeAt(index) - 48;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
  }
  return value;
}
