import Type from 'typebox';
import type { Engine, FirmScope } from '../engine/engine.ts';
import type { Timesheet } from '../engine/reports/working-time.ts';
import { AccessError } from '../model/errors.ts';
import { Id, closed } from '../model/fields.ts';
import { parser } from '../model/parse.ts';
import type { SiteSettings } from '../model/site.ts';
import type { Separator } from '../people/csv.ts';
import { plainObject } from '../people/plain.ts';
import type { Rejection } from '../people/row.ts';
import type { Encoding } from '../people/text.ts';
import type { AttendanceConflict } from '../policy/attendance/attendance.ts';
import { Zone } from '../policy/zone.ts';
import { correctionsOf } from './corrections.ts';
import { PERIOD_FIELDS, dayBefore, periodOf, type Period } from './period.ts';
import { importPlan } from './plan-import.ts';
import { fileName, timesheetCsv, timesheetXlsx, type TimesheetFormat } from './timesheet-file.ts';

export const OPERATIONS = [
  'day',
  'month',
  'timesheet',
  'conflicts',
  'importPlan',
  'correct',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export type AttendanceEngine = Pick<Engine, 'attendance' | 'timesheet' | 'change' | 'find'>;

/** What stays the same for all requests of a node. */
export interface Surroundings {
  engine: AttendanceEngine;
  site: Pick<SiteSettings, 'zone' | 'language'>;
  format: TimesheetFormat;
  separator: Separator;
  encoding: Encoding;
  dryRun: boolean;
  /** Ends a long report or import between two calls to the engine. */
  signal: AbortSignal;
  onProgress: () => void;
  /** Milliseconds since 1970 UTC. */
  now: () => number;
}

export interface Request {
  operation: Operation;
  /** The firm that is meant if the value does not name one. */
  firm: string | undefined;
  value: unknown;
  /** Who asks, for the administration log and for corrections. */
  author: string;
  /** Nothing is seen or changed but what belongs to this firm. */
  scope: FirmScope | undefined;
}

export interface Answer {
  payload: unknown;
  /** Lines of a plan that were refused. */
  rejections: Rejection[];
  /** For a timesheet as a file. */
  filename?: string;
}

const PersonValue = parser(Type.Object({ person: Id, ...PERIOD_FIELDS }, closed));
const FirmValue = parser(Type.Object({ firm: Type.Optional(Id), ...PERIOD_FIELDS }, closed));

/** More days than this would take hundreds of megabytes in one message. */
const MOST_JSON_DAYS = 200_000;
/** People on a page of a report, so that no message between the processes gets large. */
const PAGE = 50;

/** Does what a message asks for. Rejects with the code of what is wrong, in the input or in the engine. */
export async function perform(around: Surroundings, request: Request): Promise<Answer> {
  switch (request.operation) {
    case 'day':
    case 'month':
      return answer(await personDays(around, request));
    case 'timesheet':
      return timesheet(around, request);
    case 'conflicts':
      return answer(await conflicts(around, request));
    case 'importPlan':
      return plan(around, request);
    case 'correct':
      return answer(await correct(around, request));
  }
}

function answer(payload: unknown): Answer {
  return { payload, rejections: [] };
}

async function personDays(around: Surroundings, { operation, value, scope }: Request) {
  const given = typeof value === 'string' ? { person: value } : value;
  const { person, ...days } = PersonValue.parse(given, 'the value');
  const fallback = operation === 'day' ? 'date' : 'month';
  const period = periodOf(days, fallback, yesterday(around));
  return around.engine.attendance({ person, ...period, ...(scope && { scope }) });
}

async function timesheet(around: Surroundings, request: Request): Promise<Answer> {
  const { firm, period } = firmPeriod(around, request);
  const pages = pagesOf(around, request, firm, period);
  const { format, separator, site } = around;
  const options = { language: site.language, separator, zone: new Zone(site.zone) };
  const name = fileName(firm, period, format);
  if (format === 'json') return answer(await joined(pages));
  const payload =
    format === 'csv' ? await timesheetCsv(pages, options) : await timesheetXlsx(pages, options);
  return { ...answer(payload), filename: name };
}

async function joined(pages: AsyncIterable<Timesheet>): Promise<Timesheet> {
  let whole: Timesheet | undefined;
  let days = 0;
  for await (const page of pages) {
    whole ??= { ...page, people: [], conflicts: [] };
    whole.people.push(...page.people);
    whole.conflicts.push(...page.conflicts);
    days += page.people.reduce((sum, person) => sum + person.days.length, 0);
    if (days > MOST_JSON_DAYS) throw tooLong();
  }
  if (whole === undefined) throw new AccessError('INTERNAL', 'the timesheet has no page');
  delete whole.next;
  return whole;
}

async function conflicts(around: Surroundings, request: Request) {
  const { firm, period } = firmPeriod(around, request);
  const list: AttendanceConflict[] = [];
  for await (const page of pagesOf(around, request, firm, period)) list.push(...page.conflicts);
  return list;
}

function tooLong(): AccessError {
  const message = `there are more than ${MOST_JSON_DAYS} days; choose CSV or a shorter time`;
  return new AccessError('INPUT_INVALID', message);
}

async function* pagesOf(
  { engine, signal, onProgress }: Surroundings,
  { scope }: Request,
  firm: string,
  period: Period,
): AsyncGenerator<Timesheet> {
  let after: string | undefined;
  do {
    signal.throwIfAborted();
    const rest = { ...(after !== undefined && { after }), ...(scope && { scope }) };
    const page = await engine.timesheet({ firm, ...period, limit: PAGE, ...rest });
    yield page;
    onProgress();
    after = page.next;
  } while (after !== undefined);
}

async function plan(around: Surroundings, request: Request): Promise<Answer> {
  const { value, author, scope } = request;
  const firm = requireFirm(request.firm ?? scope?.firm);
  const { rejections, ...payload } = await importPlan(within(around.engine, scope), value, {
    ...around,
    firm,
    author,
  });
  return { payload, rejections };
}

async function correct(around: Surroundings, { value, firm, author, scope }: Request) {
  const corrections = correctionsOf(value, { firm: scope?.firm ?? firm, author, at: around.now() });
  const changes = corrections.map((correction) => ({
    op: 'create' as const,
    kind: 'timeCorrection' as const,
    value: { ...correction },
  }));
  const report = await within(around.engine, scope).change({ changes, options: { author } });
  const [first] = report.failed;
  if (first !== undefined) {
    throw new AccessError(first.code, `entry ${first.index + 1}: ${first.message}`);
  }
  return { version: report.version, corrections };
}

/** The engine as a firm's administrator has it. */
function within(
  engine: AttendanceEngine,
  scope: FirmScope | undefined,
): Pick<Engine, 'change' | 'find'> {
  if (scope === undefined) return engine;
  return {
    change: ({ changes, options }) => engine.change({ changes, options: { ...options, scope } }),
    find: (query) => engine.find({ ...query, scope }),
  };
}

/** What a message says of firm and days; the time stamp of an inject node says nothing. */
function firmPeriod(around: Surroundings, { value, firm, scope }: Request) {
  const isSilent = value === undefined || value === '' || typeof value === 'number';
  const given = isSilent ? {} : plainObject(value, 'the value');
  const { firm: named, ...days } = FirmValue.parse(given, 'the value');
  const period = periodOf(days, 'month', yesterday(around));
  return { firm: requireFirm(named ?? firm ?? scope?.firm), period };
}

function requireFirm(firm: string | undefined): string {
  if (firm !== undefined) return firm;
  throw new AccessError('INPUT_INVALID', 'no firm is chosen');
}

function yesterday({ now, site }: Surroundings): string {
  return dayBefore(now(), new Zone(site.zone));
}
