import type { Report } from '../../link/sync/report.ts';
import { optional } from '../../model/optional.ts';
import type { Store } from '../store/store.ts';
import type { Dispatch } from './dispatch.ts';
import type { FleetItem, GatewayView, MovingView } from './fleet-engine.ts';

export interface ViewParts {
  store: Store;
  dispatch: Pick<Dispatch, 'isCompared'>;
}

/** How far a gateway is on its way to another master; undefined if it is on none. */
export async function movingView(
  { store, dispatch }: ViewParts,
  gateway: string,
): Promise<MovingView | undefined> {
  const known = await store.sync('gateway', { gateway });
  const { move } = known === undefined ? {} : (JSON.parse(known.report) as Report);
  if (move === undefined) return undefined;
  const { differences, undecided } = await store.sync('moveState', { gateway });
  return { to: move.to, comparing: !dispatch.isCompared(gateway), differences, undecided };
}

/** All gateways as they were heard of last. */
export async function fleetView(parts: ViewParts, now: number): Promise<GatewayView[]> {
  const { store } = parts;
  const { version, gateways } = await store.sync('gateways', {});
  const overdue = await store.sync('overdue', { before: now + 1 });
  const since = new Map(overdue.map((row) => [row.gateway, row.since]));
  const moving = new Map(
    await Promise.all(gateways.map(async ({ id }) => [id, await movingView(parts, id)] as const)),
  );
  return gateways.map((row) => {
    const { program, outbox, problems, clock } = JSON.parse(row.report) as Report;
    const { contact, pending, failed, drift } = row;
    return {
      gateway: row.id,
      ...{ contact, program, pending, failed, outbox, drift, problems },
      wanted: version,
      applied: row.version,
      clockTrusted: clock.trusted,
      ...optional('revoking', since.get(row.id)),
      ...optional('moving', moving.get(row.id)),
    };
  });
}

/** What is not yet as it shall be at a gateway. */
export async function fleetItems(
  store: Store,
  query: { gateway: string; limit: number },
): Promise<FleetItem[]> {
  const rows = await store.sync('items', query);
  return rows.map(({ kind, id, wanted, applied, number, failed, since }) => ({
    ...{ kind, id, since },
    sent: number !== null,
    ...optional('wanted', wanted ?? undefined),
    ...optional('applied', applied ?? undefined),
    ...optional('failed', failed ?? undefined),
  }));
}
