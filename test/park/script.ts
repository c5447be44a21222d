import { Temporal } from 'temporal-polyfill';
import type { AccountingRules } from '../../lib/model/accounting.ts';
import type { Employment } from '../../lib/model/firm.ts';
import type { Stay } from '../../lib/policy/attendance/attendance.ts';

/** The week in which the clock is put forward, on its Sunday. */
export const WEEK = { from: '2026-03-23', to: '2026-03-29' };
export const ZONE = 'Europe/Berlin';
export const FIRMS = 12;
const STAFF = 22;
const VISITORS = 36;
const MINUTE = 60_000;
/** On these days the clock of the turnstile is fast, and nobody notices. Minutes. */
const FAST = { days: ['2026-03-25', '2026-03-26'], by: 17 };

/** Four ways of counting, each in three firms. */
const RULES: readonly AccountingRules[] = [
  {},
  {
    grace: { late: 5, early: 5 },
    breaks: [
      { after: 360, minutes: 30 },
      { after: 540, minutes: 45 },
    ],
    unseen: 'planned',
  },
  { rounding: { minutes: 15, favour: 'employer' }, shortAbsence: 10, unseen: 'nothing' },
  {
    ...{ rounding: { minutes: 5, favour: 'nearest' }, earlyArrival: true, lateDeparture: true },
    ...{ breaks: [{ after: 360, minutes: 30 }], unseen: 'planned', overlap: 'split' },
  },
];

export interface ScriptedFirm {
  id: string;
  rules: AccountingRules;
}

/** Lines of a plan as the firm sends them. */
export interface Line {
  firm: string;
  line: Record<string, unknown>;
  /** The same, day by day. */
  days: { date: string; arrival: string; departure: string }[];
}

export interface ScriptedPerson {
  id: string;
  employments: Employment[];
  lines: Line[];
  /** What the turnstile sees, in order; `lost` is an exit of which nobody knows whose it was. */
  events: { at: number; way: 'in' | 'out' | 'lost'; tag: string }[];
}

/** Small and the same in every run. */
function randomFrom(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * most);
  };
}

export const firms: ScriptedFirm[] = Array.from({ length: FIRMS }, (_, index) => ({
  id: firmId(index),
  rules: RULES[index % RULES.length] ?? {},
}));

function firmId(index: number): string {
  return `firm-${String(index % FIRMS).padStart(2, '0')}`;
}

const WORKDAYS = [1, 2, 3, 4, 5];

function weekly(
  firm: string,
  person: string,
  arrival: string,
  departure: string,
  weekdays = WORKDAYS,
): Line {
  const days = weekdays.map((weekday) => ({
    date: Temporal.PlainDate.from(WEEK.from)
      .add({ days: weekday - 1 })
      .toString(),
    ...{ arrival, departure },
  }));
  return { firm, line: { person, ...WEEK, weekdays, arrival, departure }, days };
}

/** Day shifts, night shifts up to the night of the clock change, and two kinds of part-timers. */
function linesOf(kind: number, person: string, firm: number): Line[] {
  const [own, next, alike] = [firmId(firm), firmId(firm + 1), firmId(firm + 4)];
  if (kind === 3) return [weekly(own, person, '22:00', '06:00', [1, 2, 3, 4, 6])];
  if (kind === 4)
    return [weekly(own, person, '08:00', '12:00'), weekly(next, person, '13:00', '17:00')];
  if (kind === 5)
    return [weekly(own, person, '08:00', '13:00'), weekly(alike, person, '12:00', '17:00')];
  return [weekly(own, person, '08:00', '17:00')];
}

function instant(date: string, time: string, nextDay: boolean): number {
  const day = Temporal.PlainDate.from(date).add({ days: nextDay ? 1 : 0 });
  return day.toPlainDateTime(time).toZonedDateTime(ZONE).epochMilliseconds;
}

/** Everybody who has anything to do at the park that week. */
export function people(seed: number): ScriptedPerson[] {
  const random = randomFrom(seed);
  const staff = Array.from({ length: FIRMS * STAFF }, (_, index) => {
    const id = `p-${String(index).padStart(3, '0')}`;
    const lines = linesOf(index % 6, id, Math.floor(index / STAFF));
    const employments = lines.map(({ firm }, place) => ({
      ...{ id: `${id}.${place}`, person: id, firm, priority: 2 - place },
    }));
    const comings = lines.length === 0 ? [] : presenceOf(lines, random);
    return { id, lines, employments, events: eventsOf(id, comings, random) };
  });
  const visitors = Array.from({ length: VISITORS }, (_, index) => {
    const id = `v-${String(index).padStart(3, '0')}`;
    const from = instant(WEEK.from, '09:00', false) + random(4 * 1440) * MINUTE;
    return {
      id,
      lines: [],
      employments: [],
      events: eventsOf(id, [{ from, to: from + 90 * MINUTE }], random),
    };
  });
  return [...staff, ...visitors];
}

interface Coming {
  from: number;
  to: number;
}

/** When somebody is really there: about as planned, now and then not at all, some out for lunch or there on Saturday. */
function presenceOf(lines: readonly Line[], random: (most: number) => number): Coming[] {
  const first = lines[0]?.days ?? [];
  const last = lines.at(-1)?.days ?? [];
  const comings: Coming[] = [];
  for (const [index, { date, arrival }] of first.entries()) {
    const departure = last[index]?.departure ?? '';
    if (random(25) === 0) continue;
    const seconds = random(60) * 1000;
    const from = instant(date, arrival, false) + (random(45) - 25) * MINUTE + seconds;
    const to = instant(date, departure, departure < arrival) + (random(45) - 20) * MINUTE + seconds;
    const noon = instant(date, '12:00', false) + random(30) * MINUTE;
    const isLunch = departure > arrival && random(3) === 0;
    if (isLunch) comings.push({ from, to: noon }, { from: noon + (8 + random(40)) * MINUTE, to });
    else comings.push({ from, to });
  }
  const saturday = instant('2026-03-28', '10:00', false);
  const isFree = first.every(({ date }) => date !== '2026-03-28');
  if (isFree && random(20) === 0) comings.push({ from: saturday, to: saturday + 3 * 60 * MINUTE });
  return comings;
}

/** What the turnstile sees of it: some entries not at all, some exits without a name, a lost pass replaced. */
function eventsOf(id: string, comings: readonly Coming[], random: (most: number) => number) {
  const lostOn = random(8) === 0 ? instant('2026-03-26', '00:00', false) : Infinity;
  const events: ScriptedPerson['events'] = [];
  const tagAt = (at: number): string => (at < lostOn ? `tag-${id}` : `new-${id}`);
  for (const { from, to } of comings) {
    if (random(60) > 0) events.push({ at: shown(from), way: 'in', tag: tagAt(from) });
    const way = random(40) === 0 ? 'lost' : 'out';
    events.push({ at: shown(to), way, tag: tagAt(to) });
  }
  return events;
}

function shown(at: number): number {
  const date = Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(ZONE)
    .toPlainDate()
    .toString();
  return FAST.days.includes(date) ? at + FAST.by * MINUTE : at;
}

/** The stays that these events prove, once the exits in `known` have a name. */
export function staysOf({ events }: ScriptedPerson, known: ReadonlySet<number>): Stay[] {
  const stays: Stay[] = [];
  let inside: number | undefined;
  for (const { at, way } of events) {
    if (way === 'lost' && !known.has(at)) continue;
    if (way === 'in') {
      if (inside !== undefined) stays.push({ zone: 'site', entered: inside });
      inside = at;
    } else {
      stays.push(
        inside === undefined
          ? { zone: 'site', entered: at, left: at, unseenEntry: true }
          : { zone: 'site', entered: inside, left: at },
      );
      inside = undefined;
    }
  }
  if (inside !== undefined) stays.push({ zone: 'site', entered: inside });
  return stays;
}
