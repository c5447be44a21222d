import type { TimesheetPerson } from '../engine/reports/working-time.ts';
import type { AttendanceDay } from '../policy/attendance/attendance.ts';
import type { Zone } from '../policy/zone.ts';
import {
  DAY_COLUMNS,
  TOTAL_COLUMNS,
  type DayColumn,
  type TotalColumn,
  type Words,
} from './headings.ts';

export type Cell = string | number | undefined;

/** The first row holds the headings. */
export type Table = Cell[][];

export function dayHeadings({ headings }: Words): Cell[] {
  return DAY_COLUMNS.map((column) => headings[column]);
}

export function totalHeadings({ headings }: Words): Cell[] {
  return TOTAL_COLUMNS.map((column) => headings[column]);
}

/** A row for each day of a person; times are local to the site. */
export function dayRows(person: TimesheetPerson, words: Words, zone: Zone): Table {
  return person.days.map((day) => {
    const cells = dayCells(person, day, words, zone);
    return DAY_COLUMNS.map((column) => cells[column]);
  });
}

/** One row with the sums of a person. */
export function totalRow(person: TimesheetPerson): Cell[] {
  const { days } = person;
  const sum = (part: 'plan' | 'fact' | 'accounted'): number =>
    days.reduce((total, day) => total + (day[part]?.stay ?? 0), 0);
  const accounted = sum('accounted');
  const cells: Record<TotalColumn, Cell> = {
    ...identity(person),
    planMinutes: sum('plan'),
    factMinutes: sum('fact'),
    accountedMinutes: accounted,
    accountedHours: Math.round((accounted / 60) * 100) / 100,
    daysWorked: days.filter((day) => (day.accounted?.stay ?? 0) > 0).length,
    daysOpen: days.filter((day) => day.fact !== undefined && day.accounted === undefined).length,
  };
  return TOTAL_COLUMNS.map((column) => cells[column]);
}

function identity({ employeeNumber, name, id }: TimesheetPerson) {
  return { employeeNumber, name, person: id };
}

function dayCells(
  person: TimesheetPerson,
  { date, plan, fact, accounted, marks }: AttendanceDay,
  words: Words,
  zone: Zone,
): Record<DayColumn, Cell> {
  return {
    ...identity(person),
    date,
    planArrival: localTime(plan?.arrival, zone),
    planDeparture: localTime(plan?.departure, zone),
    planMinutes: plan?.stay,
    factArrival: localTime(fact?.arrival, zone),
    factDeparture: localTime(fact?.departure, zone),
    factMinutes: fact?.stay,
    accountedArrival: localTime(accounted?.arrival, zone),
    accountedDeparture: localTime(accounted?.departure, zone),
    accountedMinutes: accounted?.stay,
    remarks: marks.map((mark) => words.marks[mark]).join('; '),
  };
}

/** `2026-03-02 08:00` in the zone of the site. */
export function localTime(instant: number | undefined, zone: Zone): string | undefined {
  if (instant === undefined) return undefined;
  const local = new Date(instant + zone.segmentAt(instant).offset);
  return local.toISOString().slice(0, 16).replace('T', ' ');
}
