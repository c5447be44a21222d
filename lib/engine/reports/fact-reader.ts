import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { AccountingRules, PlannedDay } from '../../model/accounting.ts';
import type { Employment } from '../../model/firm.ts';
import { optional } from '../../model/optional.ts';
import type { TimeCorrection } from '../../model/time-correction.ts';
import type { AttendanceDay, PersonFacts, Stay } from '../../policy/attendance/attendance.ts';
import { accountedDay } from '../store/accounted-days.ts';

type Row = Record<string, SQLOutputValue>;

/** A stretch of days, and of instants that holds it, in milliseconds. */
export interface Reach {
  from: string;
  to: string;
  since: number;
  until: number;
}

export interface KnownPerson {
  id: string;
  name: string;
  employeeNumber?: string;
}

/** Longer stays than this stand in an index of their own, in milliseconds. */
const LONG_STAY = 259_200_000;
const OF_PEOPLE = 'person IN (SELECT value FROM json_each(:people))';

/** Reads what accounts are made from. Nothing here writes. */
export class FactReader {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Runs `work` on one state of the database, whatever is written meanwhile. */
  consistently<T>(work: () => T): T {
    this.#db.exec('BEGIN');
    try {
      return work();
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  firmName(id: string): string | undefined {
    const [row] = this.#all('SELECT name FROM firm WHERE id = :id', { id });
    return row && String(row.name);
  }

  /** People who are employed by a firm on one of these days, in the order of their ids. */
  staff(firm: string, days: Pick<Reach, 'from' | 'to'>, after: string, limit: number) {
    const rows = this.#all(
      `SELECT DISTINCT p.id, p.name, p.employee_number FROM employment e JOIN person p ON p.id = e.person
       WHERE e.firm = :firm AND e.person > :after
         AND ifnull(e.valid_to, '9999') >= :from AND ifnull(e.valid_from, '') <= :to
       ORDER BY e.person LIMIT :limit`,
      { firm, after, limit, ...days },
    );
    return rows.map((row): KnownPerson => ({
      id: String(row.id),
      name: String(row.name),
      ...optional('employeeNumber', text(row.employee_number)),
    }));
  }

  /** What is known of people around a stretch of time, in the order in which they are given. */
  facts(people: readonly string[], reach: Reach): PersonFacts[] {
    const ids = JSON.stringify(people);
    const stays = grouped(this.#stays(ids, reach), stayOf);
    const employments = grouped(this.#employments(ids), employmentOf);
    const plans = grouped(this.#plans(ids, reach), planOf);
    const corrections = grouped(this.#corrections(ids, reach), correctionOf);
    return people.map((person) => ({
      person,
      stays: stays.get(person) ?? [],
      employments: employments.get(person) ?? [],
      plans: plans.get(person) ?? [],
      corrections: corrections.get(person) ?? [],
    }));
  }

  /** The rules of every firm. */
  rules(): Map<string, AccountingRules> {
    const rows = this.#all('SELECT id, accounting FROM firm WHERE accounting IS NOT NULL');
    return new Map(
      rows.map((row) => [String(row.id), JSON.parse(String(row.accounting)) as AccountingRules]),
    );
  }

  /** The zone around each zone that lies in another. */
  parents(): Map<string, string> {
    const rows = this.#all('SELECT id, parent FROM zone WHERE parent IS NOT NULL');
    return new Map(rows.map((row) => [String(row.id), String(row.parent)]));
  }

  /** The days of people as they were accounted last. */
  accounted(people: readonly string[], days: Pick<Reach, 'from' | 'to'>): AttendanceDay[] {
    const sql = `SELECT * FROM accounted_day WHERE ${OF_PEOPLE} AND date BETWEEN :from AND :to`;
    return this.#all(sql, { people: JSON.stringify(people), from: days.from, to: days.to }).map(
      accountedDay,
    );
  }

  /** Numbers of the newest change and the newest passage. */
  state(): { policyVersion: number; lastTransit: number } {
    const [row] = this.#all(
      `SELECT (SELECT value FROM meta WHERE key = 'policyVersion') AS version,
         (SELECT max(n) FROM transit) AS transit`,
    );
    return { policyVersion: Number(row?.version ?? 0), lastTransit: Number(row?.transit ?? 0) };
  }

  #stays(people: string, { since, until }: Reach): Row[] {
    const columns = 'person, zone, since, entered, "left"';
    return this.#all(
      `SELECT ${columns} FROM stay WHERE ${OF_PEOPLE} AND since BETWEEN :since - ${LONG_STAY} AND :until
       UNION ALL
       SELECT ${columns} FROM stay WHERE ${OF_PEOPLE} AND (until IS NULL OR until - since > ${LONG_STAY})
         AND since < :since - ${LONG_STAY} AND ifnull(until, :since) >= :since`,
      { people, since, until },
    );
  }

  #employments(people: string): Row[] {
    return this.#all(`SELECT * FROM employment WHERE ${OF_PEOPLE} ORDER BY id`, { people });
  }

  #plans(people: string, { from, to }: Reach): Row[] {
    return this.#all(
      `SELECT d.* FROM (SELECT DISTINCT person, firm FROM employment WHERE ${OF_PEOPLE}) e
       JOIN planned_day d ON d.person = e.person AND d.firm = e.firm AND d.date BETWEEN :from AND :to`,
      { people, from, to },
    );
  }

  #corrections(people: string, { from, to }: Reach): Row[] {
    return this.#all(
      `SELECT * FROM time_correction WHERE ${OF_PEOPLE} AND "to" >= :from AND "from" <= :to || 'T24'`,
      { people, from, to },
    );
  }

  #all(sql: string, values: Record<string, SQLInputValue> = {}): Row[] {
    return this.#db.prepare(sql).all(values);
  }
}

function grouped<T>(rows: readonly Row[], read: (row: Row) => T): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const person = String(row.person);
    const group = groups.get(person);
    if (group === undefined) groups.set(person, [read(row)]);
    else group.push(read(row));
  }
  return groups;
}

/** What nobody saw is not taken from where the person turned up next. */
function stayOf(row: Row): Stay {
  return {
    zone: String(row.zone),
    entered: Number(row.since),
    ...(row.entered === null ? { unseenEntry: true } : {}),
    ...optional('left', row.left === null ? undefined : Number(row.left)),
  };
}

function employmentOf(row: Row): Employment {
  return {
    id: String(row.id),
    person: String(row.person),
    firm: String(row.firm),
    nonWorkingDays: row.non_working_days === 1,
    ...optional('validFrom', text(row.valid_from)),
    ...optional('validTo', text(row.valid_to)),
    ...optional('priority', row.priority === null ? undefined : Number(row.priority)),
  };
}

function planOf(row: Row): PlannedDay {
  return {
    id: String(row.id),
    person: String(row.person),
    firm: String(row.firm),
    date: String(row.date),
    ...optional('arrival', text(row.arrival)),
    ...optional('departure', text(row.departure)),
    ...optional('stay', row.stay === null ? undefined : Number(row.stay)),
  };
}

function correctionOf(row: Row): TimeCorrection {
  return {
    id: String(row.id),
    person: String(row.person),
    from: String(row.from),
    to: String(row.to),
    present: row.present === 1,
    reason: String(row.reason),
    author: String(row.author),
    at: Number(row.at),
    ...optional('firm', text(row.firm)),
  };
}

function text(value: SQLOutputValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}
