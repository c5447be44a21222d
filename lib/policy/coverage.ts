import type { AccessPoint } from '../model/access-point.ts';
import type { PermissionTarget } from '../model/permission.ts';

/** Which access points each of many targets means: one bit for each pair. */
export class Coverage {
  readonly #words: number;
  readonly #bits: Uint32Array;

  constructor(targets: readonly PermissionTarget[], points: readonly AccessPoint[]) {
    this.#words = Math.ceil(points.length / 32);
    this.#bits = new Uint32Array(targets.length * this.#words);
    const known = new Map<string, Uint32Array>();
    for (const [row, target] of targets.entries()) {
      const key = keyOf(target);
      const words = known.get(key) ?? wordsOf(target, points);
      known.set(key, words);
      this.#bits.set(words, row * this.#words);
    }
  }

  /** Whether the target with number `row` means the access point with number `point`. */
  has(row: number, point: number): boolean {
    const word = this.#bits[row * this.#words + (point >> 5)] ?? 0;
    return (word & (1 << (point & 31))) !== 0;
  }
}

function keyOf(target: PermissionTarget): string {
  if ('accessPoint' in target) return `point ${target.accessPoint}`;
  return 'zone' in target ? `zone ${target.zone}` : 'everywhere';
}

function wordsOf(target: PermissionTarget, points: readonly AccessPoint[]): Uint32Array {
  const words = new Uint32Array(Math.ceil(points.length / 32));
  for (const [index, point] of points.entries()) {
    if (!isTarget(target, point)) continue;
    words[index >> 5] = (words[index >> 5] ?? 0) | (1 << (index & 31));
  }
  return words;
}

/** A permission for a zone means every access point that leads into it. */
function isTarget(target: PermissionTarget, point: AccessPoint): boolean {
  if ('accessPoint' in target) return point.id === target.accessPoint;
  if ('zone' in target) return point.zoneTo === target.zone;
  return true;
}
