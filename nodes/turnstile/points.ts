import type { NodeAPI } from 'node-red';
import type { AccessPoint, Direction } from '../../lib/model/access-point.ts';
import type { Decision, Passage } from '../../lib/model/decision.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { optional } from '../../lib/model/optional.ts';
import { accessPointType, type SiteApi } from '../../lib/runtime/site.ts';

type Zones = Pick<Passage, 'zoneFrom' | 'zoneTo'>;

/** The access points of one passage: one for each way, or one only. */
export class Points {
  readonly #points: Partial<Record<Direction, AccessPoint>>;

  constructor(points: Partial<Record<Direction, AccessPoint>>) {
    this.#points = points;
  }

  /** Whose rules hold for a way: its own access point, or the only one there is. */
  at(direction: Direction | 'undefined'): AccessPoint {
    const own = direction === 'undefined' ? undefined : this.#points[direction];
    const point = own ?? this.#all()[0];
    if (point === undefined) throw new AccessError('CONFIG_INVALID', 'there is no access point');
    return point;
  }

  /** The way that a decision opens. A decision for another place opens nothing (N1). */
  wayOf({ accessPoint }: Decision): Direction {
    if (accessPoint !== undefined && accessPoint === this.#points.in?.id) return 'in';
    if (accessPoint !== undefined && accessPoint === this.#points.out?.id) return 'out';
    throw new AccessError(
      'DECISION_INVALID',
      `the decision is for ${accessPoint ?? 'no access point'}, not for this passage`,
    );
  }

  /** From which zone to which one goes; the way back where only the other way is described. */
  zones(direction: Passage['direction']): Zones {
    if (direction === 'undefined') return {};
    const { zoneFrom, zoneTo } = this.at(direction);
    const isOwn = this.#points[direction] !== undefined;
    const [from, to] = isOwn ? [zoneFrom, zoneTo] : [zoneTo, zoneFrom];
    return { ...optional('zoneFrom', from), ...optional('zoneTo', to) };
  }

  #all(): AccessPoint[] {
    return [this.#points.in, this.#points.out].filter((point) => point !== undefined);
  }
}

/** Finds the access points of a node, which have to be of one site. Throws CONFIG_INVALID. */
export function openPoints(
  RED: NodeAPI,
  ids: Partial<Record<Direction, string>>,
): { points: Points; site: SiteApi } {
  const entry = ids.in === undefined ? undefined : accessPointType.of(RED, ids.in);
  const exit = ids.out === undefined ? undefined : accessPointType.of(RED, ids.out);
  const site = entry?.site ?? exit?.site;
  if (site === undefined) throw new AccessError('CONFIG_INVALID', 'no access point is chosen');
  if (exit !== undefined && exit.site !== site) {
    throw new AccessError('CONFIG_INVALID', 'entry and exit belong to different sites');
  }
  for (const point of [entry, exit]) {
    if (point?.settings.grantedCountsAsPassed !== true) continue;
    throw new AccessError(
      'CONFIG_INVALID',
      `access point "${point.settings.id}" counts every grant as a passage; here the passage itself is recorded`,
    );
  }
  const points = { ...optional('in', entry?.settings), ...optional('out', exit?.settings) };
  return { points: new Points(points), site };
}
