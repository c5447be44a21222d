import type { Permission } from '../model/permission.ts';
import type { Group } from '../model/person.ts';
import type { HolidayGroup, Schedule } from '../model/schedule.ts';
import type { Zone } from '../model/zone.ts';
import type { PolicyChange } from './policy.ts';

/** The rules as they are stored, by id. Never changed, only replaced. */
export interface RuleSources {
  readonly group: ReadonlyMap<string, Group>;
  readonly permission: ReadonlyMap<string, Permission>;
  readonly schedule: ReadonlyMap<string, Schedule>;
  readonly holidayGroup: ReadonlyMap<string, HolidayGroup>;
  readonly zone: ReadonlyMap<string, Zone>;
}

/** A change after which the rules have to be compiled anew. */
export type RuleChange = PolicyChange & { kind: keyof RuleSources };

const NO_RULES: ReadonlySet<PolicyChange['kind']> = new Set([
  'person',
  'credential',
  'firm',
  'deal',
  'override',
]);

export function isRuleChange(change: PolicyChange): change is RuleChange {
  return !NO_RULES.has(change.kind);
}

/** A copy of the sources with the changes made to it. */
export function changedSources(sources: RuleSources, changes: readonly RuleChange[]): RuleSources {
  const next = {
    group: new Map(sources.group),
    permission: new Map(sources.permission),
    schedule: new Map(sources.schedule),
    holidayGroup: new Map(sources.holidayGroup),
    zone: new Map(sources.zone),
  };
  for (const change of changes) {
    if ('delete' in change) next[change.kind].delete(change.delete);
    else if (change.kind === 'group') next.group.set(change.put.id, change.put);
    else if (change.kind === 'permission') next.permission.set(change.put.id, change.put);
    else if (change.kind === 'schedule') next.schedule.set(change.put.id, change.put);
    else if (change.kind === 'zone') next.zone.set(change.put.id, change.put);
    else next.holidayGroup.set(change.put.id, change.put);
  }
  return next;
}
