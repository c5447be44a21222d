import type { AccessPoint, Direction } from '../../model/access-point.ts';
import type { Place, ZoneTree } from './tree.ts';

/** A way through an access point, and the zones whose border it crosses. */
export interface Way {
  readonly direction: Direction;
  readonly from: Place;
  readonly to: Place;
  readonly entered: readonly string[];
  readonly left: readonly string[];
}

type Ends = Pick<AccessPoint, 'direction' | 'zoneFrom' | 'zoneTo'>;

const OTHER: Readonly<Record<Direction, Direction>> = { in: 'out', out: 'in' };

/** The way through an access point as it is described. */
export function wayThrough(tree: ZoneTree, { direction, zoneFrom, zoneTo }: Ends): Way {
  return wayBetween(tree, direction, zoneFrom, zoneTo);
}

/** The same way in the other direction. */
export function wayBack(tree: ZoneTree, { direction, zoneFrom, zoneTo }: Ends): Way {
  return wayBetween(tree, OTHER[direction], zoneTo, zoneFrom);
}

/**
 * The way that somebody takes through an access point that is used both ways: whoever is behind it, or deeper,
 * comes back; everybody else, wherever they are, goes in as described.
 */
export function wayByPosition(tree: ZoneTree, ends: Ends, position: Place): Way {
  const { zoneFrom, zoneTo } = ends;
  const isBehind = tree.isWithin(position, zoneTo);
  const isBefore = tree.isWithin(position, zoneFrom);
  // Of two zones of which one lies in the other, the inner one says where somebody is.
  const comesBack = isBehind && (!isBefore || tree.isWithin(zoneTo, zoneFrom));
  return comesBack ? wayBack(tree, ends) : wayThrough(tree, ends);
}

function wayBetween(tree: ZoneTree, direction: Direction, from: Place, to: Place): Way {
  const before = tree.chain(from);
  const after = tree.chain(to);
  return {
    direction,
    from,
    to,
    entered: after.filter((zone) => !before.includes(zone)),
    left: before.filter((zone) => !after.includes(zone)),
  };
}
