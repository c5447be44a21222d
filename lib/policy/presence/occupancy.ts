import type { Occupancy } from '../../model/zone.ts';

/** Shares of the limit, in percent, that are reported when they are reached and when they are left. */
export const OCCUPANCY_LEVELS = [100, 95, 85] as const;
export type OccupancyLevel = (typeof OCCUPANCY_LEVELS)[number] | 0;

/** The highest level that so many people reach. */
export function occupancyLevel({ limit }: Occupancy, people: number): OccupancyLevel {
  return OCCUPANCY_LEVELS.find((level) => people * 100 >= limit * level) ?? 0;
}

/** Whether one more is refused. `people` counts those inside and those on their way in. */
export function refusesMore({ limit, full }: Occupancy, people: number): boolean {
  return full === 'deny' && people >= limit;
}
