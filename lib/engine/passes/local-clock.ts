import { AccessError } from '../../model/errors.ts';
import { Zone } from '../../policy/zone.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Site } from '../site.ts';

/** The wall clock of the site, `2026-12-31T18:00:00`, now or at an instant in milliseconds since 1970 UTC. */
export type LocalClock = (instant?: number) => string;

/** Throws CONFIG_INVALID, when asked, while the engine has no site. */
export function createLocalClock(site: Site, trust: ClockTrust): LocalClock {
  let zone: { name: string; zone: Zone } | undefined;
  return (instant = trust.read().now) => {
    const name = site.settings?.zone;
    if (name === undefined) throw new AccessError('CONFIG_INVALID', 'the site is not configured');
    if (zone?.name !== name) zone = { name, zone: new Zone(name) };
    const reading = instant + zone.zone.segmentAt(instant).offset;
    return new Date(reading).toISOString().slice(0, 19);
  };
}
