import Type from 'typebox';
import { LocalDate } from '../model/fields.ts';
import { dateOf } from '../policy/attendance/wall-clock.ts';
import { DAY } from '../policy/local-time.ts';
import type { Zone } from '../policy/zone.ts';

/** The ways in which a message may name days. */
export const PERIOD_FIELDS = {
  date: Type.Optional(LocalDate),
  month: Type.Optional(Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$' })),
  from: Type.Optional(LocalDate),
  to: Type.Optional(LocalDate),
};

export interface PeriodFields {
  date?: string;
  month?: string;
  from?: string;
  to?: string;
}

export interface Period {
  from: string;
  to: string;
}

/**
 * The days that are meant: from and to, a month, a date; else yesterday or the month that yesterday is in,
 * so that a run after midnight is about what has just ended.
 */
export function periodOf(
  { date, month, from, to }: PeriodFields,
  fallback: 'date' | 'month',
  yesterday: string,
): Period {
  if (from !== undefined || to !== undefined) {
    return { from: from ?? to ?? '', to: to ?? from ?? '' };
  }
  if (month !== undefined) return monthOf(month);
  if (date !== undefined) return { from: date, to: date };
  return fallback === 'month' ? monthOf(yesterday.slice(0, 7)) : { from: yesterday, to: yesterday };
}

/** The days of a month `2026-03`. */
export function monthOf(month: string): Period {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { from: `${month}-01`, to: `${month}-${String(days).padStart(2, '0')}` };
}

/** The local date before that of an instant in milliseconds since 1970 UTC. */
export function dayBefore(now: number, zone: Zone): string {
  return dateOf(Math.floor((now + zone.segmentAt(now).offset) / DAY) - 1);
}
