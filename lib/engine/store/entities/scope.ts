import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { EntityKind } from '../../../model/entity.ts';

/** What a firm's administrator may do; the whole rule stands in docs/links.md. */
export interface StoreScope {
  firm: string;
  /** The day from which on an employment counts as present, `2026-12-31`. */
  today: string;
}

type Condition = RawBuilder<SqlBool>;
type Rules<S> = Readonly<Record<EntityKind, (scope: S) => Condition>>;

const never = (): Condition => sql`0`;

/** Everybody who has ever been employed by the firm. */
export function employedBy(firm: string, person: RawBuilder<unknown>): Condition {
  return sql`${person} in (select person from employment where firm = ${firm})`;
}

/** Whom only this firm employs now: of others with a second employer the landlord takes care. */
function onlyEmployedBy({ firm, today }: StoreScope, person: RawBuilder<unknown>): Condition {
  const present = sql`ifnull(valid_to, '9999') >= ${today}`;
  return sql`(${person} in (select person from employment where firm = ${firm} and ${present})
    and ${person} not in (select person from employment where firm <> ${firm} and ${present}))`;
}

const ofFirm = ({ firm }: { firm: string }): Condition => sql`t.firm = ${firm}`;

const visiblePass = ({ firm }: { firm: string }): Condition =>
  sql`(t.firm = ${firm} or (t.firm is null and ${employedBy(firm, sql`t.person`)}))`;

const writablePass = (scope: StoreScope): Condition =>
  sql`(ifnull(t.firm, ${scope.firm}) = ${scope.firm} and ${onlyEmployedBy(scope, sql`t.person`)})`;

/** What a firm may see of each kind; `t` is the table of the kind. */
export const VISIBLE: Rules<{ firm: string }> = {
  person: ({ firm }) =>
    sql`t.id in (select person from employment where firm = ${firm}
      union all select person from pass where firm = ${firm}
      union all select person from deal where firm = ${firm})`,
  credential: ({ firm }) => employedBy(firm, sql`t.person`),
  consent: ({ firm }) => employedBy(firm, sql`t.person`),
  permission: ({ firm }) => employedBy(firm, sql`t.person`),
  group: ({ firm }) => sql`json_extract(t.attributes, '$.firm') = ${firm}`,
  firm: ({ firm }) => sql`t.id = ${firm}`,
  employment: ofFirm,
  plannedDay: ofFirm,
  timeCorrection: ofFirm,
  deal: ofFirm,
  pass: visiblePass,
  waiver: (scope) => sql`t.pass in (select t.id from pass t where ${visiblePass(scope)})`,
  zone: never,
  schedule: never,
  holidayGroup: never,
  fitting: never,
};

/** What a firm may change of each kind. */
export const WRITABLE: Rules<StoreScope> = {
  person: (scope) => onlyEmployedBy(scope, sql`t.id`),
  credential: (scope) =>
    sql`(${onlyEmployedBy(scope, sql`t.person`)} and ifnull(t.status, '') <> 'blocked'
      and not exists (select 1 from pass where tag = t.id and status = 'active' and firm <> ${scope.firm}))`,
  firm: VISIBLE.firm,
  consent: (scope) => onlyEmployedBy(scope, sql`t.person`),
  employment: ofFirm,
  plannedDay: ofFirm,
  timeCorrection: ofFirm,
  deal: ofFirm,
  pass: writablePass,
  waiver: (scope) => sql`t.pass in (select t.id from pass t where ${writablePass(scope)})`,
  group: never,
  permission: never,
  zone: never,
  schedule: never,
  holidayGroup: never,
  fitting: never,
};

/** Kinds that a firm cannot delete: with a person would go what belongs to others. */
export const KEPT: ReadonlySet<EntityKind> = new Set(['person', 'firm']);

/** Columns that stay as they are: they decide what a person may, and that is the landlord's business. */
export const FROZEN: Readonly<Partial<Record<EntityKind, readonly string[]>>> = {
  person: ['status', 'valid_from', 'valid_to', 'anti_passback_exempt'],
  firm: ['roles'],
};
