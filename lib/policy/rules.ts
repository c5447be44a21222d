import type { AccessPoint } from '../model/access-point.ts';
import { ALWAYS } from '../model/schedule.ts';
import type { EngineConfig, SiteSettings } from '../model/site.ts';
import { compileLevels, type LevelChoice } from './levels.ts';
import { Permissions } from './permissions.ts';
import type { RuleSources } from './rule-sources.ts';
import { ALWAYS_OPEN, compileSchedule, type Schedule } from './schedule.ts';
import { typeSet, type TypeSet } from './type-set.ts';
import { ZoneTree } from './presence/tree.ts';
import type { Zone } from './zone.ts';

export interface AccessPointRules {
  readonly point: AccessPoint;
  /** Its number in the permission table. */
  readonly number: number;
  readonly enabled: boolean;
  /** Whether a deal that is not cleared keeps a visitor in here. */
  readonly holdsGoods: boolean;
  readonly supports: TypeSet;
  readonly levels: readonly LevelChoice[];
}

/** Everything that decisions need besides persons and credentials. Never changed, only replaced. */
export interface Rules {
  readonly zone: Zone;
  readonly site: SiteSettings;
  readonly accessPoints: ReadonlyMap<string, AccessPointRules>;
  readonly permissions: Permissions;
  readonly zones: ZoneTree;
  /** Undefined for a schedule that does not exist or cannot be relied on. */
  readonly scheduleOf: (id: string) => Schedule | undefined;
  /** Numbers of the break-glass groups. */
  readonly breakGlass: ReadonlySet<number>;
}

/**
 * Compiles the rules of a site, whose zone is given. What cannot be relied on, such as a schedule that
 * does not exist, is compiled so that it closes.
 */
export function compileRules(
  { site, accessPoints }: EngineConfig,
  zone: Zone,
  sources: RuleSources,
  numberOf: (group: string) => number,
): Rules {
  const scheduleOf = compileSchedules(sources, zone);
  const points = accessPoints.map((point, number): [string, AccessPointRules] => [
    point.id,
    {
      point,
      number,
      enabled: point.enabled,
      holdsGoods: holdsGoods(point),
      supports: typeSet(point.supports),
      levels: compileLevels(point.levels, scheduleOf),
    },
  ]);
  const permissions = new Permissions(sources.permission.values(), {
    accessPoints,
    scheduleOf,
    groupNumber: (id) => (sources.group.has(id) ? numberOf(id) : -1),
  });
  const breakGlass = [...sources.group.values()].filter((group) => group.breakGlass === true);
  return {
    zone,
    site,
    accessPoints: new Map(points),
    permissions,
    zones: new ZoneTree(sources.zone.values()),
    scheduleOf,
    breakGlass: new Set(breakGlass.map((group) => numberOf(group.id))),
  };
}

/** An exit for goods; an entry holds nobody back, whatever it is set to. */
export function holdsGoods({ release, direction }: AccessPoint): boolean {
  return release === 'required' && direction === 'out';
}

function compileSchedules(
  { schedule: models, holidayGroup }: RuleSources,
  zone: Zone,
): (id: string | undefined) => Schedule | undefined {
  const compiled = new Map<string, Schedule | undefined>();
  for (const [id, model] of models) compiled.set(id, compileSchedule(model, holidayGroup, zone));
  return (id = ALWAYS) => (id === ALWAYS ? ALWAYS_OPEN : compiled.get(id));
}
