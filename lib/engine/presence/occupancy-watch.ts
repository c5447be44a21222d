import type { EventEntry } from '../../model/record.ts';
import { occupancyLevel, type OccupancyLevel } from '../../policy/presence/occupancy.ts';
import type { Positions } from './positions.ts';

/** Tells when the occupancy of a zone reaches a level, and when it leaves it again. */
export class OccupancyWatch {
  readonly #positions: Positions;
  readonly #levels = new Map<string, OccupancyLevel>();

  constructor(positions: Positions) {
    this.#positions = positions;
  }

  /** The changes since the last look. A zone that is seen for the first time is no news. */
  look(): EventEntry[] {
    const events: EventEntry[] = [];
    for (const { id: zone, occupancy } of this.#positions.tree.zones) {
      const before = this.#levels.get(zone);
      if (occupancy === undefined) this.#levels.delete(zone);
      else {
        const people = this.#positions.count(zone);
        const level = occupancyLevel(occupancy, people);
        this.#levels.set(zone, level);
        if (before === undefined || before === level) continue;
        const details = { zone, level, before, people, limit: occupancy.limit };
        events.push(
          level > before
            ? { category: 'alarm', code: 'occupancyReached', details }
            : { category: 'alarm', code: 'occupancyLeft', details },
        );
      }
    }
    return events;
  }
}
