import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { AttendanceDay, DayMark, DayTimes } from '../../policy/attendance/attendance.ts';

/** Days that were accounted anew, and days of which nothing is left to say. */
export interface AccountedDays {
  put: readonly AttendanceDay[];
  drop: readonly Pick<AttendanceDay, 'person' | 'firm' | 'date'>[];
  /** When, and up to which change and passage: rows of an older state may be out of date. */
  computedAt: number;
  policyVersion: number;
  lastTransit: number;
}

const PARTS = ['plan', 'fact', 'accounted'] as const;
const TIMES = ['arrival', 'departure', 'stay'] as const;
const COLUMNS = [
  ...['person', 'firm', 'date'],
  ...PARTS.flatMap((part) => TIMES.map((time) => `${part}_${time}`)),
  ...['marks', 'computed_at', 'policy_version', 'last_transit'],
];

/** Writes accounted days, inside the transaction of the caller. */
export function saveAccounted(db: DatabaseSync, days: AccountedDays): void {
  const { computedAt, policyVersion, lastTransit } = days;
  const put = db.prepare(
    `INSERT OR REPLACE INTO accounted_day (${COLUMNS.join(', ')})
     VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  );
  const drop = db.prepare('DELETE FROM accounted_day WHERE person = ? AND firm = ? AND date = ?');
  for (const day of days.put) put.run(...cellsOf(day), computedAt, policyVersion, lastTransit);
  for (const { person, firm, date } of days.drop) drop.run(person, firm, date);
}

function cellsOf(day: AttendanceDay): SQLInputValue[] {
  const times = PARTS.flatMap((part) => TIMES.map((time) => day[part]?.[time] ?? null));
  return [day.person, day.firm, day.date, ...times, day.marks.join(' ')];
}

/** An accounted day as it was stored. */
export function accountedDay(row: Readonly<Record<string, SQLOutputValue>>): AttendanceDay {
  const day: AttendanceDay = {
    person: String(row.person),
    firm: String(row.firm),
    date: String(row.date),
    marks: String(row.marks).split(' ').filter(Boolean) as DayMark[],
  };
  for (const part of PARTS) {
    const times = timesOf(row, part);
    if (times !== undefined) day[part] = times;
  }
  return day;
}

function timesOf(
  row: Readonly<Record<string, SQLOutputValue>>,
  part: (typeof PARTS)[number],
): DayTimes | undefined {
  const stay = row[`${part}_stay`];
  if (typeof stay !== 'number') return undefined;
  const times: DayTimes = { stay };
  for (const edge of ['arrival', 'departure'] as const) {
    const at = row[`${part}_${edge}`];
    if (typeof at === 'number') times[edge] = at;
  }
  return times;
}
