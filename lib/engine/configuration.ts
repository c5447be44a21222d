import type { EventEntry } from '../model/record.ts';
import type { EngineConfig } from '../model/site.ts';
import type { Policy } from '../policy/policy.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { Journal } from './journal.ts';
import type { Mastership } from './mastership/mastership.ts';
import type { FleetDoors } from './online/fleet-doors.ts';
import * as requests from './requests.ts';
import type { Site } from './site.ts';
import type { Store } from './store/store.ts';

/** Name of the setting under which the store keeps the last configuration. */
export const CONFIG_SETTING = 'config';

export interface Configuration {
  /** Takes a configuration into force. Throws `CONFIG_INVALID` and leaves the old one if it cannot be used. */
  apply(config: EngineConfig): Promise<void>;
  /** Takes the one that was in force before the restart; tells whether there was a usable one. */
  restore(stored: string | undefined): Promise<boolean>;
  /** Takes the access points of gateways into force as they are now. */
  refresh(): void;
}

interface Parts {
  policy: Policy;
  site: Site;
  store: Store;
  trust: ClockTrust;
  journal: Journal;
  mastership: Mastership;
  doors: FleetDoors;
}

export function createConfiguration(parts: Parts): Configuration {
  const { policy, site, store, trust, journal, mastership, doors } = parts;
  let inForce: string | undefined;
  let current: EngineConfig | undefined;

  function openDoors(config: EngineConfig): void {
    const all = { ...config, accessPoints: doors.beside(config.accessPoints) };
    policy.configure(all);
    site.replace(all);
    current = config;
  }

  async function enforce(config: EngineConfig): Promise<void> {
    openDoors(config);
    const { ring, quotaRecords, quotaBytes, master = 'local' } = config.site;
    await store.setLimits({ ring, quotaRecords, quotaBytes });
    await mastership.want(master, policy.counts.persons === 0);
  }

  return {
    refresh() {
      if (current !== undefined) openDoors(current);
    },
    async apply(config) {
      const text = JSON.stringify(config);
      if (text === inForce) return;
      await enforce(config);
      const setting = { kind: 'setting', key: CONFIG_SETTING, value: text } as const;
      await journal.event(configuredEvent(config), trust.read(), [setting]);
      inForce = text;
    },
    async restore(stored) {
      if (stored === undefined) return true;
      try {
        await enforce(requests.config.parse(JSON.parse(stored), 'stored configuration'));
        inForce = stored;
        return true;
      } catch {
        return false; // nothing opens until the flow configures the engine anew
      }
    },
  };
}

function configuredEvent({ site, accessPoints }: EngineConfig): EventEntry {
  const details = { site: site.id, zone: site.zone, accessPoints: accessPoints.length };
  return { category: 'system', code: 'configured', details };
}
