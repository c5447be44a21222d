import { BUCKETS, type Question } from '../../link/sync/batch.ts';
import type { Answer } from '../../link/sync/receipt.ts';
import { uuidv7 } from '../../model/ids.ts';
import { Buckets, bucketOf } from '../../server/buckets.ts';
import { SYNC_KINDS, type SyncKind } from '../../server/wanted/kinds.ts';
import type { CorrectQuery } from '../store/sync/fleet.ts';

/** Ids with their digests. */
export type Entries = ReadonlyMap<string, string>;
/** What the gateway shall hold of a kind. */
export type Wanted = (kind: SyncKind) => Promise<Entries>;
type Correction = Pick<CorrectQuery, 'kind' | 'held'>;
type Step =
  | { kind: 'roots' }
  | { kind: 'buckets'; of: SyncKind }
  | { kind: 'held'; of: SyncKind; buckets: number[]; after?: string };

/**
 * One comparison of what a gateway holds with what it shall hold: kinds first, then the parts of those that differ,
 * then the entries of the parts that differ (N17). Nothing is repaired here: the answer is what the gateway really
 * holds, and the rest follows from that.
 */
export class Comparison {
  readonly id = uuidv7();
  /** The batch up to which the gateway was when the comparison began. */
  readonly number: number;
  readonly #wanted: Wanted;
  #step: Step | undefined = { kind: 'roots' };
  readonly #kinds: SyncKind[] = [];
  #entries: Entries = new Map();

  constructor(number: number, wanted: Wanted) {
    this.number = number;
    this.#wanted = wanted;
  }

  /** What to ask now; undefined when everything is known. */
  question(address: { site: string; gateway: string }): Question | undefined {
    return this.#step && { ...address, id: this.id, ...this.#step };
  }

  /** Takes an answer; returns what the gateway holds otherwise than it was thought to. */
  async take(answer: Answer): Promise<Correction | undefined> {
    const step = this.#step;
    if (answer.id !== this.id || step?.kind !== answer.kind) return undefined;
    if (answer.kind === 'roots') {
      await this.#takeRoots(new Map(answer.roots.map(({ of, digest }) => [of, digest])));
      return undefined;
    }
    if (step.kind === 'roots' || answer.of !== step.of) return undefined;
    if (answer.kind === 'buckets') {
      await this.#takeBuckets(answer.of, answer.buckets);
      return undefined;
    }
    return step.kind === 'held' ? this.#takeHeld(step, answer) : undefined;
  }

  async #takeRoots(roots: ReadonlyMap<SyncKind, string>): Promise<void> {
    for (const kind of SYNC_KINDS) {
      const { count, root } = partsOf(await this.#wanted(kind));
      if ((count === 0 ? undefined : root) !== roots.get(kind)) this.#kinds.push(kind);
    }
    this.#nextKind();
  }

  async #takeBuckets(of: SyncKind, theirs: readonly string[]): Promise<void> {
    this.#entries = await this.#wanted(of);
    const ours = partsOf(this.#entries).digests;
    const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
    const differing = buckets.filter((bucket) => ours[bucket] !== theirs[bucket]);
    if (differing.length === 0) this.#nextKind();
    else this.#step = { kind: 'held', of, buckets: differing };
  }

  #takeHeld(
    { of, buckets, after = '' }: Extract<Step, { kind: 'held' }>,
    { entries, next }: Extract<Answer, { kind: 'held' }>,
  ): Correction {
    const asked = new Set(buckets);
    const theirs = new Map(entries);
    const isCovered = (id: string) =>
      id > after && (next === undefined || id <= next) && asked.has(bucketOf(id));
    const missing = [...this.#entries.keys()].filter((id) => isCovered(id) && !theirs.has(id));
    const other = entries.filter(([id, digest]) => this.#entries.get(id) !== digest);
    if (next === undefined) this.#nextKind();
    else this.#step = { kind: 'held', of, buckets, after: next };
    return { kind: of, held: [...other, ...missing.map((id) => [id] as const)] };
  }

  #nextKind(): void {
    const of = this.#kinds.shift();
    this.#step = of && { kind: 'buckets', of };
  }
}

function partsOf(entries: Entries): Buckets {
  const parts = new Buckets();
  for (const [id, digest] of entries) parts.add(id, digest);
  return parts;
}
