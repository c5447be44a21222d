import type { Policy } from '../../policy/policy.ts';
import type { ClockTrust } from '../clock-trust.ts';

/** The wall clock of the site, `2026-12-31T18:00:00`, now or at an instant in milliseconds since 1970 UTC. */
export type LocalClock = (instant?: number) => string;

/** It shows UTC until the site has been configured. */
export function createLocalClock(
  policy: Pick<Policy, 'timeZone'>,
  trust: Pick<ClockTrust, 'read'>,
): LocalClock {
  return (instant = trust.read().now) => {
    const reading = instant + policy.timeZone.segmentAt(instant).offset;
    return new Date(reading).toISOString().slice(0, 19);
  };
}
