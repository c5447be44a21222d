import type { Engine } from '../../lib/engine/engine.ts';
import { PictureCollector } from '../../lib/link/pictures/collector.ts';
import { attachPictureCollector } from '../../lib/link/pictures/link.ts';
import type { ServerEnd } from '../../lib/link/ends/server-end.ts';

/** Bytes of the pictures of one gateway at most. */
const QUOTA = 4 * 1024 ** 3;
const SWEEP_EVERY = 3_600_000;

interface Parts {
  /** The data folder. */
  folder: string;
  engine: Pick<Engine, 'pictureKey' | 'judgePicture'>;
  /** Whether the server takes pictures; it shows those that it has in any case. */
  isTaking: boolean;
  end: ServerEnd | undefined;
  onError: (error: unknown) => void;
}

/** The pictures that gateways send: taken, shown, and deleted when their days are over. */
export class PictureCollection {
  readonly #collector: PictureCollector;
  readonly #detach: (() => void) | undefined;
  readonly #sweeping: NodeJS.Timeout;

  constructor({ folder, engine, isTaking, end, onError }: Parts) {
    this.#collector = new PictureCollector({ folder, engine, quota: isTaking ? QUOTA : 0 });
    this.#detach = end && attachPictureCollector(end, this.#collector, onError);
    const sweep = (): void => {
      this.#collector.sweep(Date.now()).catch(onError);
    };
    sweep();
    this.#sweeping = setInterval(sweep, SWEEP_EVERY).unref();
  }

  /** See `PictureCollector.read`. */
  read(gateway: string, snapshot: string): Promise<Buffer> {
    return this.#collector.read(gateway, snapshot);
  }

  close(): void {
    clearInterval(this.#sweeping);
    this.#detach?.();
  }
}
