import type { AccessPoint } from '../../model/access-point.ts';
import type { Report } from '../../link/sync/report.ts';
import type { Store } from '../store/store.ts';

/**
 * The access points of the gateways of a server, as they report them. An id that two of them claim is nobody's: a
 * gateway must not be able to say how the door of another one is guarded.
 */
export class FleetDoors {
  readonly #doors = new Map<string, readonly AccessPoint[]>();

  /** Takes what a gateway has reported; tells whether that is new. */
  take(gateway: string, accessPoints: readonly AccessPoint[]): boolean {
    const known = this.#doors.get(gateway) ?? [];
    if (JSON.stringify(known) === JSON.stringify(accessPoints)) return false;
    this.#doors.set(gateway, accessPoints);
    return true;
  }

  isTheirs(gateway: string, accessPoint: string): boolean {
    const owners = this.#ownersOf(accessPoint);
    return owners.length === 1 && owners[0] === gateway;
  }

  /** All access points to decide for: those of the site's own flow, which come first, and those of the gateways. */
  beside(own: readonly AccessPoint[]): AccessPoint[] {
    const points = new Map(own.map((point) => [point.id, point]));
    for (const point of [...this.#doors.values()].flat()) {
      if (!points.has(point.id)) points.set(point.id, point);
    }
    return [...points.values()];
  }

  #ownersOf(accessPoint: string): string[] {
    return [...this.#doors]
      .filter(([, points]) => points.some(({ id }) => id === accessPoint))
      .map(([gateway]) => gateway);
  }
}

/** What the gateways have reported before the restart. */
export async function loadFleetDoors(store: Store): Promise<FleetDoors> {
  const doors = new FleetDoors();
  const { gateways } = await store.sync('gateways', {});
  for (const { id, report } of gateways) {
    doors.take(id, (JSON.parse(report) as Report).accessPoints);
  }
  return doors;
}
