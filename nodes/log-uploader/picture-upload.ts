import path from 'node:path';
import type { GatewayEnd } from '../../lib/link/ends/gateway-end.ts';
import { attachPictureUploader, filesOver } from '../../lib/link/pictures/link.ts';
import { PictureUploader } from '../../lib/link/pictures/uploader.ts';
import { TRANSFER_OPTIONS } from '../../lib/link/pictures/transfer.ts';
import type { Uploader } from '../../lib/link/log/uploader.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { SNAPSHOTS } from '../../lib/pictures/files.ts';
import { keepUnsettled } from '../../lib/runtime/snapshots.ts';
import type { SiteApi } from '../../lib/runtime/site.ts';

/** Bytes that may wait for a server: about 20,000 pictures of a face. */
const QUOTA = 512 * 1024 ** 2;
const LOOK_EVERY = 30_000;

interface Parts {
  site: SiteApi;
  end: GatewayEnd;
  records: Pick<Uploader, 'phase' | 'length'>;
  onChange: () => void;
  onError: (error: unknown) => void;
}

/** The pictures of a gateway on their way to the server, behind its records. */
export class PictureUpload {
  readonly #uploader: PictureUploader;
  readonly #stops: (() => void)[];

  constructor({ site, end, records, onChange, onError }: Parts) {
    this.#uploader = new PictureUploader({
      folder: path.join(site.folder, SNAPSHOTS),
      quota: QUOTA,
      engine: site.engine,
      send: filesOver(end),
      isFree: () => records.phase === 'uploading' && records.length === 0,
      clock: systemClock,
      options: { ...TRANSFER_OPTIONS, lookEvery: LOOK_EVERY },
      onChange,
      onError,
    });
    this.#stops = [keepUnsettled(site), attachPictureUploader(end, this.#uploader, onError)];
  }

  get state(): { waiting: number; dropped: number } {
    const { waiting, dropped } = this.#uploader;
    return { waiting, dropped };
  }

  /** To be called when the records have got further. */
  run(): void {
    this.#uploader.run();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#uploader.close();
  }
}
