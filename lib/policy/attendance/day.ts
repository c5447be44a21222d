import { optional } from '../../model/optional.ts';
import { MINUTE } from '../local-time.ts';
import { DAY_MARKS, type AttendanceDay, type DayMark, type DayTimes } from './attendance.ts';
import { isWaiting, type Draft } from './draft.ts';
import type { Missing } from './presence.ts';
import { lengthOf, touches, united, type Span } from './spans.ts';
import { dateOf } from './wall-clock.ts';
import { workTime } from './work-time.ts';

/** A day with the minutes that are its own. */
export interface DaySource {
  person: string;
  draft: Draft;
  /** The minutes that the employer has got, in order. */
  minutes: readonly Span[];
  /** Whether another employer claimed some of them. */
  shared: boolean;
  /** The present minute. */
  now: number;
}

/** Plan, fact and accounted time of a day; undefined if there is neither plan nor presence. */
export function attendanceDay(source: DaySource): AttendanceDay | undefined {
  const { person, draft } = source;
  if (!draft.isPlanned && draft.facts.length === 0 && draft.spans.length === 0) return undefined;
  const marks = marksOf(source);
  return {
    person,
    firm: draft.employer.roster.firm,
    date: dateOf(draft.day),
    ...optional('plan', planned(draft)),
    ...optional('fact', fact(draft)),
    ...optional('accounted', accounted(source)),
    marks: DAY_MARKS.filter((mark) => marks.has(mark)),
  };
}

function planned({ isPlanned, shift, employer }: Draft): DayTimes | undefined {
  if (!isPlanned) return undefined;
  if (shift === undefined) return { stay: 0 };
  const stay = shift.stay ?? workTime([shift], [shift], employer.roster.rules.breaks);
  return times(shift.from, shift.to, stay);
}

/** While the last stay has no exit there is no departure. */
function fact({ facts }: Draft): DayTimes | undefined {
  const [first] = facts;
  if (first === undefined) return undefined;
  const closed = facts.flatMap(({ from, to }) => (to === undefined ? [] : [{ from, to }]));
  const departure = Math.max(...closed.map(({ to }) => to));
  const isOpen = facts.some(({ from, to }) => to === undefined && from >= departure);
  const left = closed.length === 0 || isOpen ? undefined : departure;
  return times(first.hasEntry ? first.from : undefined, left, lengthOf(united(closed)));
}

function accounted({ draft, minutes, now }: DaySource): DayTimes | undefined {
  const { employer, missing, shift, spans, window } = draft;
  const { rules } = employer.roster;
  if (isWaiting(missing, employer.roster)) return undefined;
  if (spans.length === 0 && now < (shift ?? window).from) return undefined;
  return times(minutes[0]?.from, minutes.at(-1)?.to, workTime(minutes, spans, rules.breaks));
}

function times(from: number | undefined, to: number | undefined, stay: number): DayTimes {
  return {
    ...optional('arrival', from === undefined ? undefined : from * MINUTE),
    ...optional('departure', to === undefined ? undefined : to * MINUTE),
    stay,
  };
}

function marksOf({ draft, shared, now }: DaySource): Set<DayMark> {
  const { employer, day, shift, window, missing, spans } = draft;
  const { roster, presence } = employer;
  const before = roster.shifts.get(day - 1);
  const marks = new Set<DayMark>();
  const set = (mark: DayMark, holds: boolean): void => {
    if (holds) marks.add(mark);
  };
  const lacks = missing.filter((one) => !isPresent(one, draft, now));
  set('inside', lacks.length < missing.length);
  set(
    'missingEntry',
    lacks.some(({ what }) => what === 'entry'),
  );
  set(
    'missingExit',
    lacks.some(({ what }) => what === 'exit'),
  );
  set('notPlanned', shift === undefined && spans.length > 0 && !isPermitted(draft));
  set('absent', shift !== undefined && spans.length + missing.length === 0 && now >= shift.to);
  set(
    'corrected',
    presence.corrected.some((span) => touches(span, window)),
  );
  set('shared', shared);
  set('plansOverlap', shift !== undefined && before !== undefined && touches(before, shift));
  return marks;
}

function isPermitted({ employer, day }: Draft): boolean {
  return employer.roster.employment(day)?.nonWorkingDays === true;
}

/** Whether there is no exit because the person is inside now. */
export function isPresent(
  { what, at }: Missing,
  { employer, window }: Draft,
  now: number,
): boolean {
  const isToday = window.from <= now && now < window.to;
  return what === 'exit' && isToday && employer.presence.facts.at(-1)?.from === at;
}
