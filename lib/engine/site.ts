import type { AccessPoint } from '../model/access-point.ts';
import type { EngineConfig, SiteSettings } from '../model/site.ts';

/** The configuration in force. Until the first one arrives there is no access point. */
export interface Site {
  readonly settings: SiteSettings | undefined;
  /** Id of any access point, for the probe. */
  readonly firstAccessPoint: string | undefined;
  accessPoint(id: string | undefined): AccessPoint | undefined;
  accessPoints(): Iterable<AccessPoint>;
  replace(config: EngineConfig): void;
}

export function createSite(): Site {
  let settings: SiteSettings | undefined;
  let accessPoints = new Map<string, AccessPoint>();
  return {
    get settings() {
      return settings;
    },
    get firstAccessPoint() {
      return accessPoints.keys().next().value;
    },
    accessPoint: (id) => (id === undefined ? undefined : accessPoints.get(id)),
    accessPoints: () => accessPoints.values(),
    replace(config) {
      settings = config.site;
      accessPoints = new Map(config.accessPoints.map((point) => [point.id, point]));
    },
  };
}
