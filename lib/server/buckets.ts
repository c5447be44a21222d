import { hash } from 'node:crypto';
import { BUCKETS } from '../link/sync/batch.ts';

const DIGEST_BYTES = 16;
const DIGEST_CHARACTERS = 22;

/** The part of its kind to which an id belongs, the same everywhere. */
export function bucketOf(id: string): number {
  return hash('sha256', id, 'buffer')[0] ?? 0;
}

/**
 * Digests of everything of one kind, in two levels (N17): one for each of 256 parts, and one of those. The digests
 * of the items are added up by exclusive or, so that their order does not matter; the smallest difference changes
 * both levels.
 */
export class Buckets {
  readonly #sums = Buffer.alloc(BUCKETS * DIGEST_BYTES);
  #count = 0;

  add(id: string, digest: string): void {
    const offset = bucketOf(id) * DIGEST_BYTES;
    const bytes = Buffer.from(digest, 'base64url');
    for (let index = 0; index < DIGEST_BYTES; index += 1) {
      this.#sums[offset + index] = (this.#sums[offset + index] ?? 0) ^ (bytes[index] ?? 0);
    }
    this.#count += 1;
  }

  /** How many items there are. */
  get count(): number {
    return this.#count;
  }

  /** 22 characters of base64url. */
  get root(): string {
    return hash('sha256', this.#sums, 'base64url').slice(0, DIGEST_CHARACTERS);
  }

  /** One digest for each part, 22 characters of base64url each. */
  get digests(): string[] {
    return Array.from({ length: BUCKETS }, (_, bucket) =>
      this.#sums.subarray(bucket * DIGEST_BYTES, (bucket + 1) * DIGEST_BYTES).toString('base64url'),
    );
  }
}
