import type { Report } from '../../link/report.ts';
import { optional } from '../../model/optional.ts';
import type { Store } from '../store/store.ts';
import type { FleetItem, GatewayView } from './fleet-engine.ts';

/** All gateways as they were heard of last. */
export async function fleetView(store: Store, now: number): Promise<GatewayView[]> {
  const { version, gateways } = await store.sync('gateways', {});
  const overdue = await store.sync('overdue', { before: now + 1 });
  const since = new Map(overdue.map((row) => [row.gateway, row.since]));
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
