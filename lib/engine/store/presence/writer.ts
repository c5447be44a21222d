import type { DatabaseSync } from 'node:sqlite';
import type { EventEntry } from '../../../model/record.ts';
import { step, type Transit } from '../../../policy/presence/stays.ts';
import type { Place } from '../../../policy/presence/tree.ts';
import type { ForgiveWrite, Moved, TransitWrite } from './moves.ts';
import { positionOfRow, stayOfRow, transitOfRow, type Row, type StayRow } from './rows.ts';
import { presenceStatements, type PresenceStatements } from './statements.ts';

/** Where events go that belong into the same transaction. */
export type Report = (event: EventEntry) => void;

/**
 * Moves people, inside the transaction of a passage record (D18). Whatever a passage changes, the stays of its
 * person are worked out anew from its place in the history on, so that one that comes late, or a correction,
 * leads to what would stand there if it had come in time.
 */
export class PresenceWriter {
  readonly #sql: PresenceStatements;

  constructor(db: DatabaseSync) {
    this.#sql = presenceStatements(db);
  }

  /** Takes a passage into the history, once: one that is known already changes nothing. */
  record(write: TransitWrite, report: Report): Moved[] {
    const { passage, placed, now, keepFrom } = write;
    if (placed < keepFrom || this.#sql.known.get(passage.id) !== undefined) return [];
    const touched = this.#supersede(write);
    if (passage.person !== undefined) {
      // The clock was ahead when those were written: they came before this one all the same.
      if (now !== undefined) this.#sql.notLater.run(placed, passage.person, Math.max(now, placed));
      touched.push({ person: passage.person, from: placed });
    }
    this.#sql.pruneTransits.run(keepFrom);
    this.#sql.pruneStays.run(keepFrom);
    return earliest(touched).map(({ person, from }) =>
      this.#rebuild(person, from, write.late ? report : undefined),
    );
  }

  forgive({ person, zones }: ForgiveWrite): Moved[] {
    const list = zones === undefined ? null : JSON.stringify(zones);
    const rows = this.#sql.forgive.all(person ?? null, list);
    return rows.map((row) => this.#moved(String(row.person), []));
  }

  /** Inserts the passage, and puts it in the place of what it corrects. The newest id of several corrections wins. */
  #supersede(write: TransitWrite): Touched[] {
    const { id, corrects } = write.passage;
    const corrections = [...this.#sql.siblings.all(id)];
    const others = corrects === undefined ? [] : this.#sql.siblings.all(corrects);
    const isBeaten = others.some((row) => String(row.id) > id);
    this.#insert(write, corrections.length > 0 || isBeaten);
    if (corrects === undefined) return [];
    const corrected = this.#sql.transit.get(corrects);
    const replaced = [...others.filter((row) => String(row.id) < id), corrected].filter(isGiven);
    for (const row of replaced) this.#sql.supersede.run(String(row.id));
    return replaced.filter((row) => row.person !== null).map(touchedBy);
  }

  #insert({ passage, placed, clock, gateway }: TransitWrite, superseded: boolean): void {
    const { id, at, person, tag, host, accessPoint, direction, outcome, confirmed } = passage;
    const { zoneFrom, zoneTo, decision, corrects, reason, author } = passage;
    this.#sql.insert.run(
      ...[id, placed, at, clock, gateway ?? null, person ?? null, tag ?? null, host ?? null],
      ...[accessPoint ?? null, direction, outcome, confirmed ? 1 : 0],
      ...[zoneFrom ?? null, zoneTo ?? null, decision ?? null],
      ...[corrects ?? null, reason ?? null, author ?? null, superseded ? 1 : 0],
    );
  }

  /** Works out the stays and the position of a person from an instant on. */
  #rebuild(person: string, from: number, report: Report | undefined): Moved {
    const before = report === undefined ? [] : this.#unseenExits(person, from);
    if (this.#hasSince(person, from)) {
      this.#sql.dropStays.run(person, from);
      this.#sql.reopen.run(person, from);
    }
    const transits = this.#sql.movingFrom.all(person, from).map(transitOfRow);
    const open = this.#replay(this.#sql.openStays.all(person).map(stayOfRow), transits);
    this.#place(person, from, transits.at(-1));
    if (report !== undefined) {
      const known = new Set(before.map(nameOf));
      const found = this.#unseenExits(person, from).filter((stay) => !known.has(nameOf(stay)));
      for (const stay of found) this.#reportLate(stay, report);
    }
    return this.#moved(person, open);
  }

  /** Whether the history holds anything from an instant on; for most passages it does not. */
  #hasSince(person: string, from: number): boolean {
    const at = this.#sql.position.get(person)?.at;
    return at !== undefined && Number(at) >= from;
  }

  #replay(stays: StayRow[], transits: readonly Transit[]): StayRow[] {
    let open: StayRow[] = stays;
    for (const transit of transits) {
      const next = step(open, transit, (place) => this.#chain(place));
      for (const stay of next.ended) this.#save(stay);
      open = next.open;
    }
    for (const stay of open) if (stay.n === undefined) this.#save(stay);
    return open;
  }

  #save({ n, person, zone, tag, since, until, entered, left, enteredBy, leftBy }: StayRow): void {
    const end = [until ?? null, left ?? null, leftBy ?? null] as const;
    if (n !== undefined) this.#sql.endStay.run(...end, n);
    else {
      this.#sql.addStay.run(
        ...[person, zone, tag ?? null, since, end[0], entered ?? null, end[1]],
        ...[enteredBy ?? null, end[2]],
      );
    }
  }

  /** The position is what the last passage says, whatever lies before it. */
  #place(person: string, from: number, newest: Transit | undefined): void {
    const row = newest === undefined ? this.#sql.movingBefore.get(person, from) : undefined;
    const last = newest ?? (row && transitOfRow(row));
    if (last === undefined) this.#sql.dropPosition.run(person, from);
    else {
      const { zoneTo = null, placed, id, tag = null } = last;
      this.#sql.setPosition.run(person, zoneTo, placed, id, tag);
    }
  }

  #moved(person: string, open: readonly StayRow[]): Moved {
    const row = this.#sql.position.get(person);
    const entries = open.flatMap(({ zone, entered }) =>
      entered === undefined ? [] : [{ zone, at: entered }],
    );
    return row === undefined
      ? { person, entries }
      : { person, position: positionOfRow(row), entries };
  }

  #unseenExits(person: string, from: number): StayRow[] {
    return this.#sql.unseenExits.all(person, from).map(stayOfRow);
  }

  /** What nobody could see at the time: somebody came in who, as it now turns out, was inside already. */
  #reportLate({ person, zone, until, leftBy }: StayRow, report: Report): void {
    const rules = this.#sql.parent.get(zone)?.anti_passback;
    if (typeof rules !== 'string') return;
    const details = {
      person,
      zone,
      kind: 'position',
      late: true,
      at: until ?? 0,
      passage: leftBy ?? '',
    };
    report({ category: 'alarm', code: 'antiPassbackViolation', details });
  }

  /** As `ZoneTree.chain`, from the zones as they are stored. */
  #chain(place: Place): readonly string[] {
    const chain: string[] = [];
    let next = place;
    while (next !== undefined && !chain.includes(next)) {
      chain.push(next);
      const parent = this.#sql.parent.get(next)?.parent;
      next = typeof parent === 'string' ? parent : undefined;
    }
    return chain;
  }
}

interface Touched {
  person: string;
  from: number;
}

function touchedBy(row: Row): Touched {
  return { person: String(row.person), from: Number(row.placed) };
}

/** Each person once, from the first change on. */
function earliest(touched: readonly Touched[]): Touched[] {
  const first = new Map<string, number>();
  for (const { person, from } of touched) {
    first.set(person, Math.min(from, first.get(person) ?? Infinity));
  }
  return [...first].map(([person, from]) => ({ person, from }));
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function nameOf({ zone, enteredBy, leftBy }: StayRow): string {
  return JSON.stringify([zone, enteredBy, leftBy]);
}
