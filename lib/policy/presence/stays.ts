import type { Place } from './tree.ts';

/** A passage as far as it moves somebody. */
export interface Transit {
  /** Id of the passage record. */
  id: string;
  person: string;
  tag?: string;
  zoneFrom?: string;
  zoneTo?: string;
  /** Its place in the history: milliseconds since 1970 UTC. */
  placed: number;
}

/** That somebody was in a zone or below it (Tags#Zone, R-093). */
export interface Stay {
  person: string;
  zone: string;
  tag?: string;
  /** When it began as far as anybody knows; equal to `entered` where the entry was seen. */
  since: number;
  /** When they were last in it as far as anybody knows; absent while they are inside. */
  until?: number;
  /** Absent where nobody saw the entry. */
  entered?: number;
  /** Absent while they are inside, and where nobody saw the exit. */
  left?: number;
  /** The passages with which it began and ended. */
  enteredBy?: string;
  leftBy?: string;
}

/** How the stays of one person go on with one more passage. */
export interface Step {
  /** Those that are still open, new ones included. */
  open: Stay[];
  /** Those that ended with this passage. */
  ended: Stay[];
}

/** Whether a passage says anything about where somebody is. */
export function movesSomebody({ zoneFrom, zoneTo }: Pick<Transit, 'zoneFrom' | 'zoneTo'>): boolean {
  return zoneFrom !== undefined || zoneTo !== undefined;
}

/**
 * Takes one passage into account. It proves two things: the person was at `zoneFrom`, whatever was known before,
 * and is at `zoneTo` now. What contradicts the first was missed: a stay ends without exit or begins without entry.
 */
export function step(
  open: readonly Stay[],
  transit: Transit,
  chain: (place: Place) => readonly string[],
): Step {
  const before = chain(transit.zoneFrom);
  const after = chain(transit.zoneTo);
  const { placed, id } = transit;
  const result: Step = { open: [], ended: [] };
  for (const stay of open) {
    if (!before.includes(stay.zone)) result.ended.push({ ...stay, until: placed, leftBy: id });
    else if (after.includes(stay.zone)) result.open.push(stay);
    else result.ended.push({ ...stay, until: placed, left: placed, leftBy: id });
  }
  const known = (zone: string): boolean => open.some((stay) => stay.zone === zone);
  for (const zone of before.filter((place) => !known(place))) {
    const unseen = { ...begun(transit, zone), since: placed };
    if (after.includes(zone)) result.open.push(unseen);
    else result.ended.push({ ...unseen, until: placed, left: placed, leftBy: id });
  }
  for (const zone of after.filter((place) => !before.includes(place))) {
    result.open.push({ ...begun(transit, zone), since: placed, entered: placed, enteredBy: id });
  }
  return result;
}

function begun({ person, tag }: Transit, zone: string): Pick<Stay, 'person' | 'zone' | 'tag'> {
  return tag === undefined ? { person, zone } : { person, zone, tag };
}
