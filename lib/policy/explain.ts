import { AccessError } from '../model/errors.ts';
import type { ExplainQuery, ExplainedPermission, Explanation } from '../model/explanation.ts';
import { reasonText } from '../model/reasons.ts';
import { optional } from '../model/optional.ts';
import { ALWAYS } from '../model/schedule.ts';
import type { State } from './checks.ts';
import { decide } from './evaluate.ts';
import { openHearing, partyOf } from './hearing.ts';
import { levelAt, levelInForce, nextLevelChange } from './levels.ts';
import { DAY } from './local-time.ts';
import { momentAt, type Moment } from './moment.ts';
import type { PermissionRow } from './permissions.ts';
import { present } from './presentation.ts';
import type { Obstacles } from './policy.ts';
import type { AccessPointRules } from './rules.ts';

/** How far the preview looks for the next change: a year, with its yearly holidays. */
const HORIZON = 400 * DAY;

/**
 * The rule preview (N16): would this person get in if they presented the best of their own credentials, and
 * why? A level for two persons is judged for this person's part alone. Throws NOT_FOUND for an unknown
 * person or access point.
 */
export function explain(
  state: State,
  query: Required<ExplainQuery>,
  clockTrusted: boolean,
  obstacles?: Obstacles,
): Explanation {
  const { people, rules } = state;
  const point = rules.accessPoints.get(query.accessPoint);
  const person = people.slotOf(query.person);
  if (point === undefined) throw notFound('access point', query.accessPoint);
  if (person < 0) throw notFound('person', query.person);
  const moment = momentAt(rules.zone, query.at, clockTrusted);
  const known = levelInForce(point.levels, moment);
  const level = known ?? levelAt(point.levels, moment.instant);
  const { types, faults, missing } = present(state, person, point, level, moment);
  const asked = types === 0 ? undefined : known && { ...known, twoPersons: false };
  const hearing = openHearing(point, asked, moment, 1, obstacles);
  hearing.types = types;
  partyOf(hearing, person).faults = faults;
  const verdict = decide(state, hearing);
  const rows = rules.permissions.covering(people, person, point.number);
  const release = point.holdsGoods ? state.release.state(query.person, moment) : undefined;
  const nextChange = Math.min(
    nextChangeOf(state, point, person, rows, moment.instant),
    point.holdsGoods ? state.release.nextChange(query.person, moment.instant) : Infinity,
  );
  return {
    outcome: verdict.outcome,
    reasons: verdict.reasons.map((reason) => ({
      reason,
      text: reasonText(reason, rules.site.language),
    })),
    person: people.identity(person),
    accessPoint: { id: point.point.id, name: point.point.name },
    at: moment.instant,
    level: level.model,
    missing,
    permissions: rows.map((row) => explainRow(row, moment)),
    ...optional('release', release),
    ...(nextChange < moment.instant + HORIZON ? { nextChange } : {}),
  };
}

function notFound(what: string, id: string): AccessError {
  return new AccessError('NOT_FOUND', `There is no ${what} ${id}`);
}

function explainRow(row: PermissionRow, moment: Moment): ExplainedPermission {
  const { permission } = row;
  const why = whyNow(row, moment);
  return {
    permission: permission.id,
    effect: permission.effect ?? 'allow',
    ...(permission.source === undefined ? {} : { source: permission.source }),
    schedule: permission.schedule ?? ALWAYS,
    applies: why === 'open',
    why,
  };
}

function whyNow(row: PermissionRow, moment: Moment): ExplainedPermission['why'] {
  if (row.until <= moment.ended) return 'expired';
  if (row.from > moment.begun) return 'notYetValid';
  return row.schedule.isOpen(moment.instant) ? 'open' : 'scheduleClosed';
}

/** The next instant at which the level, a permission, the person or a credential begins, ends, opens or closes. */
function nextChangeOf(
  { people, credentials, rules }: State,
  point: AccessPointRules,
  person: number,
  rows: readonly PermissionRow[],
  at: number,
): number {
  let next = nextLevelChange(point.levels, at, at + HORIZON);
  const consider = (from: number, until: number): void => {
    for (const edge of [rules.zone.toInstant(from, 'start'), rules.zone.toInstant(until, 'end')]) {
      if (edge > at) next = Math.min(next, edge);
    }
  };
  consider(people.periods.from(person), people.periods.until(person));
  for (let index = credentials.first(person); index >= 0; index = credentials.next(index)) {
    consider(credentials.periods.from(index), credentials.periods.until(index));
  }
  for (const row of rows) {
    consider(row.from, row.until);
    next = row.schedule.nextFlip(at, next);
  }
  return next;
}
