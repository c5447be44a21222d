import type { SQLOutputValue } from 'node:sqlite';
import type { Passage } from '../../../model/decision.ts';
import type { Stay, Transit } from '../../../policy/presence/stays.ts';
import type { StoredPosition } from './moves.ts';

export type Row = Record<string, SQLOutputValue>;

/** A stay with the number of its row, once it has one. */
export type StayRow = Stay & { n?: number };

const text = (value: SQLOutputValue | undefined): string | undefined =>
  value === null || value === undefined ? undefined : String(value);

const number = (value: SQLOutputValue | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);

/** Leaves out what is not there: optional fields are never undefined. */
export function present<T extends object>(value: {
  [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K];
}): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

export function stayOfRow(row: Row): StayRow {
  return present<StayRow>({
    n: Number(row.n),
    person: String(row.person),
    zone: String(row.zone),
    tag: text(row.tag),
    since: Number(row.since),
    until: number(row.until),
    entered: number(row.entered),
    left: number(row.left),
    enteredBy: text(row.entered_by),
    leftBy: text(row.left_by),
  });
}

export function transitOfRow(row: Row): Transit {
  return present<Transit>({
    id: String(row.id),
    person: String(row.person),
    tag: text(row.tag),
    zoneFrom: text(row.zone_from),
    zoneTo: text(row.zone_to),
    placed: Number(row.placed),
  });
}

/** The passage as it was recorded. */
export function passageOfRow(row: Row): Passage {
  return present<Passage>({
    id: String(row.id),
    decision: text(row.decision),
    accessPoint: text(row.access_point),
    person: text(row.person),
    direction: String(row.direction) as Passage['direction'],
    outcome: String(row.outcome) as Passage['outcome'],
    confirmed: row.confirmed === 1,
    zoneFrom: text(row.zone_from),
    zoneTo: text(row.zone_to),
    at: Number(row.at),
    tag: text(row.tag),
    host: text(row.host),
    corrects: text(row.corrects),
    reason: text(row.reason),
    author: text(row.author),
  });
}

export function positionOfRow(row: Row): StoredPosition {
  return present<StoredPosition>({
    person: String(row.person),
    zone: text(row.zone),
    at: Number(row.at),
    passage: String(row.passage),
    tag: text(row.tag),
    forgiven: row.forgiven === 1,
  });
}
