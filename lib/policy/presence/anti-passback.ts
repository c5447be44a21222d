import type { AntiPassback } from '../../model/zone.ts';
import type { KnownPlace, Place, ZoneTree } from './tree.ts';
import type { Way } from './way.ts';

/** What is known of the person at the door. */
export interface Standing {
  readonly place: KnownPlace;
  /** Milliseconds since they last entered a zone; undefined if that is not known. */
  enteredAgo: (zone: string) => number | undefined;
  /** Another grant may be bringing them into the zone at this moment. */
  isEntering: (zone: string) => boolean;
  /** Whether what other gateways see is known here. */
  readonly inReach: boolean;
}

/**
 * What speaks against a way: the position (`position`, `nested`), a zone entered too shortly before (`timed`), a
 * grant for the same person that is still being acted on (`entering`), or positions that nobody knows
 * (`outOfReach`).
 */
export type ViolationKind = 'position' | 'nested' | 'timed' | 'entering' | 'outOfReach';

export interface Violation {
  readonly zone: string;
  readonly kind: ViolationKind;
  /** It is refused, not only reported. */
  readonly refused: boolean;
}

const MINUTE = 60_000;

/**
 * Everything by which a way breaks the anti-passback rules of the zones whose border it crosses. Whoever leaves is
 * held up neither by a time nor by a link that is down, even where the way out leads through another zone.
 */
export function violationsOf(tree: ZoneTree, way: Way, standing: Standing): Violation[] {
  const violations: Violation[] = [];
  for (const zone of way.entered) {
    const rules = tree.zone(zone)?.antiPassback;
    if (rules !== undefined) violations.push(...entryViolations(tree, way, zone, rules, standing));
  }
  for (const zone of way.left) {
    const rules = tree.zone(zone)?.antiPassback;
    if (rules === undefined || rules.mode === 'off' || isIn(tree, standing.place, zone)) continue;
    violations.push({ zone, kind: 'position', refused: rules.mode === 'hard' });
  }
  return violations;
}

/** Whether two grants for one person must not be on their way into the zone at the same time. */
export function guardsEntry({ mode, minutes }: AntiPassback): boolean {
  return mode === 'hard' || (mode === 'off' && minutes !== undefined);
}

function entryViolations(
  tree: ZoneTree,
  way: Way,
  zone: string,
  rules: AntiPassback,
  { place, enteredAgo, isEntering, inReach }: Standing,
): Violation[] {
  const refused = rules.mode !== 'soft';
  const found: Violation[] = [];
  const isElsewhere = !isIn(tree, place, way.from) || isKnownIn(tree, place, zone);
  if (rules.mode !== 'off' && isElsewhere) found.push({ zone, kind: 'position', refused });
  const parent = tree.zone(zone)?.parent;
  if (rules.nested === true && parent !== undefined && !isIn(tree, place, parent)) {
    found.push({ zone, kind: 'nested', refused });
  }
  if (guardsEntry(rules) && isEntering(zone)) found.push({ zone, kind: 'entering', refused: true });
  if (way.direction === 'out') return found;
  const ago = rules.minutes === undefined ? undefined : enteredAgo(zone);
  if (ago !== undefined && ago < (rules.minutes ?? 0) * MINUTE) {
    found.push({ zone, kind: 'timed', refused });
  }
  if (!inReach) found.push({ zone, kind: 'outOfReach', refused: rules.unreachable === 'deny' });
  return found;
}

function isIn(tree: ZoneTree, place: KnownPlace, zone: Place): boolean {
  return place === null || tree.isWithin(place, zone);
}

function isKnownIn(tree: ZoneTree, place: KnownPlace, zone: string): boolean {
  return place !== null && tree.isWithin(place, zone);
}
