import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Engine } from '../engine/engine.ts';
import { openBytes, sealBytes } from '../model/seal.ts';

/**
 * Seals the pictures of a site for its disk, under a key of its engine (AES-256-GCM). Whoever has the disk without the
 * key sees how many there are, how big and when. Rejects with ENGINE_UNAVAILABLE until the engine has given the key.
 */
export class PictureSeal {
  readonly #engine: Pick<Engine, 'pictureKey'>;
  #key: KeyObject | undefined;

  constructor(engine: Pick<Engine, 'pictureKey'>) {
    this.#engine = engine;
  }

  /** `bound` says what it is, so that no picture passes for another. */
  async seal(bound: string, plain: Uint8Array): Promise<Buffer> {
    return sealBytes(await this.#sealingKey(), bound, plain);
  }

  /** What was sealed as `bound`; undefined if this is not it. */
  async open(bound: string, sealed: Uint8Array): Promise<Buffer | undefined> {
    const key = await this.#sealingKey();
    try {
      return openBytes(key, bound, sealed);
    } catch {
      return undefined;
    }
  }

  async #sealingKey(): Promise<KeyObject> {
    if (this.#key === undefined) {
      const { key } = await this.#engine.pictureKey({});
      this.#key = createSecretKey(Buffer.from(key, 'base64'));
    }
    return this.#key;
  }
}
