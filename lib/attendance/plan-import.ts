import { createHash } from 'node:crypto';
import { toAccessError } from '../model/errors.ts';
import { importRows, type ImportOptions, type ImportReport } from '../people/import.ts';
import { located } from '../people/form.ts';
import type { PlainObject } from '../people/plain.ts';
import { requireRows, type ImportRow, type Problem, type RowPart } from '../people/row.ts';
import type { Encoding } from '../people/text.ts';
import type { PeopleStore } from '../people/writer.ts';
import { dayOf } from '../policy/local-time.ts';
import { MOST_PATTERN_DAYS, daysOf, rankOf, type LineDay } from './plan-days.ts';
import { EVERYBODY, PLAN_FORMS, type PlanLine } from './plan-line.ts';
import { planSource, type FoundLine } from './plan-source.ts';
import { readStaff, type Staff } from './staff.ts';

export interface PlanOptions extends Omit<ImportOptions, 'existing'> {
  firm: string;
  encoding: Encoding;
}

interface ReadLine {
  line: number;
  plan: PlanLine | undefined;
  problems: Problem[];
}

/** A day of a line, for one person. */
interface PersonDay {
  person: string;
  day: LineDay;
}

/**
 * Takes a firm's plan over, a planned day for each person and date. A day replaces what was
 * planned for it before. Every line is either accepted as a whole or in the report, one for everybody once for
 * each person; where lines speak of the
 * same day, a day goes before a pattern and a person before everybody.
 */
export async function importPlan(
  store: PeopleStore,
  content: unknown,
  options: PlanOptions,
): Promise<ImportReport> {
  const found = await planSource(content, options.encoding);
  const staff = await readStaff(store, options.firm);
  const lines = found.map(readLine);
  const rows = rowsOf(lines, staff, options.firm);
  requireRows(rows.reduce((sum, { parts }) => sum + parts.length, 0));
  return importRows(store, rows, { ...options, existing: 'replace' });
}

/** The form of a line: which one is meant shows in its fields. */
function readLine({ line, value, problems }: FoundLine): ReadLine {
  if (problems.length > 0) return { line, plan: undefined, problems };
  const form = formOf(value);
  const missing = NEEDED[form].find((column) => !Object.hasOwn(value, column));
  if (missing !== undefined) {
    const problem: Problem = { column: missing, code: 'INPUT_INVALID', reason: 'is missing' };
    return { line, plan: undefined, problems: [problem] };
  }
  try {
    const plan = PLAN_FORMS[form].parse(value, '');
    const problem = dateProblem(plan);
    return problem === undefined
      ? { line, plan, problems: [] }
      : { line, plan: undefined, problems: [problem] };
  } catch (error) {
    return { line, plan: undefined, problems: [located(toAccessError(error).message)] };
  }
}

function formOf(value: PlainObject): keyof typeof PLAN_FORMS {
  if ('rotation' in value) return 'rotation';
  return 'weekdays' in value || 'from' in value ? 'weekdays' : 'date';
}

const NEEDED: Readonly<Record<keyof typeof PLAN_FORMS, readonly string[]>> = {
  date: ['person', 'date'],
  weekdays: ['person', 'from', 'to', 'weekdays'],
  rotation: ['person', 'from', 'to', 'rotation'],
};

function dateProblem(plan: PlanLine): Problem | undefined {
  const fields: PlainObject = { ...plan };
  for (const column of ['date', 'from', 'to', 'start']) {
    const date = fields[column];
    if (typeof date === 'string' && Number.isNaN(dayOf(date))) {
      return { column, code: 'INPUT_INVALID', reason: `there is no ${date}` };
    }
  }
  if ('arrival' in plan !== 'departure' in plan) {
    const column = 'arrival' in plan ? 'departure' : 'arrival';
    return { column, code: 'INPUT_INVALID', reason: 'is missing' };
  }
  if ('date' in plan) return undefined;
  const days = dayOf(plan.to) - dayOf(plan.from) + 1;
  if (days >= 1 && days <= MOST_PATTERN_DAYS) return undefined;
  return {
    column: 'to',
    code: 'INPUT_INVALID',
    reason: `must be 1 to ${MOST_PATTERN_DAYS} days from the first day`,
  };
}

function rowsOf(lines: readonly ReadLine[], staff: Staff, firm: string): ImportRow[] {
  const found = lines.map((line) => ({ ...line, days: personDays(line.plan, staff) }));
  const best = new Map<string, number>();
  for (const { plan, days } of found) {
    const rank = plan === undefined ? Infinity : rankOf(plan);
    for (const one of days) {
      const key = keyOf(one);
      best.set(key, Math.min(rank, best.get(key) ?? Infinity));
    }
  }
  return found.flatMap(({ line, plan, problems, days }): ImportRow[] => {
    if (plan === undefined) return [{ line, parts: [], problems }];
    const own = days.filter((one) => best.get(keyOf(one)) === rankOf(plan));
    const problem = staffProblem(plan, own, staff);
    if (problem !== undefined) return [{ line, parts: [], problems: [problem] }];
    return perPerson(own).map((list) => {
      return { line, parts: list.map((one) => partOf(one, firm)), problems: [] };
    });
  });
}

/** A line for everybody is one row for each person, or one call to the engine would hold too much. */
function perPerson(days: readonly PersonDay[]): PersonDay[][] {
  const lists = new Map<string, PersonDay[]>();
  for (const one of days) {
    const list = lists.get(one.person);
    if (list === undefined) lists.set(one.person, [one]);
    else list.push(one);
  }
  return lists.size === 0 ? [[]] : [...lists.values()];
}

function personDays(plan: PlanLine | undefined, staff: Staff): PersonDay[] {
  if (plan === undefined) return [];
  const days = daysOf(plan);
  if (plan.person !== EVERYBODY) return days.map((day) => ({ person: plan.person, day }));
  return staff.people.flatMap((person) =>
    days.filter(({ date }) => staff.employs(person, date)).map((day) => ({ person, day })),
  );
}

/** A plan for somebody who does not work for the firm would never count. */
function staffProblem(
  { person }: PlanLine,
  days: readonly PersonDay[],
  staff: Staff,
): Problem | undefined {
  const wrong = days.find((one) => !staff.employs(one.person, one.day.date));
  if (wrong === undefined) return undefined;
  const isKnown = staff.people.includes(person);
  const reason = isKnown ? `is not employed on ${wrong.day.date}` : 'does not work for the firm';
  return { column: 'person', code: 'NOT_FOUND', reason };
}

function keyOf({ person, day: { date } }: PersonDay): string {
  return JSON.stringify([person, date]);
}

function partOf({ person, day }: PersonDay, firm: string): RowPart {
  const id = planId(firm, person, day.date);
  return { kind: 'plannedDay', value: { id, person, firm, ...day } };
}

/** The same at every import, so that a day replaces what was planned before. */
function planId(firm: string, person: string, date: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([firm, person]))
    .digest('base64url');
  return `${digest.slice(0, 25)}.${date}`;
}
