import type { Moment } from './clock-trust.ts';
import { refusal } from './decision.ts';
import type { Journal } from './journal.ts';
import type { Judge } from './judge.ts';
import { printable } from './masking.ts';

/** A judge that never throws: whatever goes wrong means no, and is told (I6). */
export function failsafe(judge: Judge, journal: Journal): Judge {
  return async (attempt, moment, age) => {
    try {
      return await judge(attempt, moment, age);
    } catch (error) {
      noteInternalError(journal, error, moment);
      return { verdict: refusal('internalError'), logged: [], side: [], alarms: [] };
    }
  };
}

export function noteInternalError(journal: Journal, error: unknown, moment: Moment): void {
  const message = printable(error instanceof Error ? error.message : String(error));
  journal.note({ category: 'system', code: 'internalError', details: { message } }, moment);
}
