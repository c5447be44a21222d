import type { ZoneState } from '../../lib/engine/engine.ts';

/** More zones than these make no status that anybody reads. */
const MOST = 4;

/**
 * One line of zones and how many people are in each: those that were chosen, or those with a limit, or else the
 * outermost ones.
 */
export function occupancyText(zones: readonly ZoneState[], chosen: readonly string[]): string {
  const limited = zones.filter(({ limit }) => limit !== undefined);
  const outermost = zones.filter(({ parent }) => parent === undefined);
  const fallback = limited.length > 0 ? limited : outermost;
  const shown = chosen.length > 0 ? zones.filter(({ id }) => chosen.includes(id)) : fallback;
  const parts = shown
    .slice(0, MOST)
    .map(({ name, people, limit }) =>
      limit === undefined ? `${name} ${people}` : `${name} ${people}/${limit}`,
    );
  return shown.length > MOST ? `${parts.join(' · ')} …` : parts.join(' · ');
}

/** Whether one of the zones is full. */
export function isFull(zones: readonly ZoneState[]): boolean {
  return zones.some(({ people, limit }) => limit !== undefined && people >= limit);
}
