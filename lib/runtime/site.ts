import type { Engine, EngineHealth } from '../engine/engine.ts';
import type { AccessPoint } from '../model/access-point.ts';
import type { SiteSettings } from '../model/site.ts';
import type { FactorJoin } from './factor-join.ts';
import type { Doors } from './doors.ts';
import { configType } from './node.ts';
import type { Sealing } from './sealing.ts';
import type { Status, StatusName } from './status.ts';

/** How the engine of a site is doing, as the nodes show it. */
export type EngineState = 'starting' | 'up' | 'degraded' | 'clockUntrusted' | 'down';

/** What a site config node offers to the nodes of its site. */
export interface SiteApi {
  readonly settings: SiteSettings;
  /** Absolute path of the data folder. The engine owns it; a link keeps its keys in `link` inside it. */
  readonly folder: string;
  /** Always the same object; while the engine is down its calls reject with ENGINE_UNAVAILABLE. */
  readonly engine: Engine;
  /** Hides secrets while they travel through the flow. */
  readonly sealing: Sealing;
  /** What the doors of the site share. */
  readonly doors: Doors;
  readonly state: EngineState;
  readonly health: EngineHealth | undefined;
  /** Tells every change of the state; the returned function ends that. */
  onState(listener: (state: EngineState) => void): () => void;
  /** Makes an access point known to the engine; the returned function takes it away again. */
  addAccessPoint(accessPoint: AccessPoint): () => void;
}

export const siteType = configType<SiteApi>('gatewire-site', 'site');

/** What an access point config node offers to readers, decisions and doors. */
export interface AccessPointApi {
  readonly settings: AccessPoint;
  readonly site: SiteApi;
  /** Joins the factors that the readers of this access point see. */
  readonly factors: FactorJoin;
}

export const accessPointType = configType<AccessPointApi>('gatewire-access-point', 'access point');

const SHOWN: Readonly<Record<Exclude<EngineState, 'up'>, StatusName>> = {
  starting: 'starting',
  degraded: 'degraded',
  clockUntrusted: 'clockUntrusted',
  down: 'engineDown',
};

/** What a node shows of its site's engine; `ready` while that works. */
export function shownState(state: EngineState, ready: StatusName): StatusName {
  return state === 'up' ? ready : SHOWN[state];
}

/** Shows the state of the site's engine as the steady status of a node. Returns how to stop. */
export function followEngine(site: SiteApi, status: Status, ready: StatusName): () => void {
  const show = (state: EngineState): void => {
    status.show(shownState(state, ready));
  };
  show(site.state);
  return site.onState(show);
}

/** Resolves when the site's engine has come up, or has failed to, for the first time. */
export function afterStart(site: Pick<SiteApi, 'state' | 'onState'>): Promise<void> {
  if (site.state !== 'starting') return Promise.resolve();
  return new Promise((resolve) => {
    const stop = site.onState(() => {
      stop();
      resolve();
    });
  });
}
