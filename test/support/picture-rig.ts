import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { digestOf, type FilesAnswer, type FilesMessage } from '../../lib/link/files.ts';
import { PictureCollector } from '../../lib/link/picture-collector.ts';
import {
  attachPictureCollector,
  attachPictureUploader,
  filesOver,
} from '../../lib/link/picture-link.ts';
import { PictureUploader } from '../../lib/link/picture-uploader.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { createEmitter } from '../../lib/model/emitter.ts';
import type { EventEntry } from '../../lib/model/record.ts';
import { makeFolder, removeFolder } from './folder.ts';
import { linkPair } from './link-pair.ts';

type Take = (content: FilesMessage) => Promise<FilesAnswer | undefined>;
type Between = (content: FilesMessage, take: Take) => Promise<FilesAnswer | undefined>;

/** A gateway with a folder of pictures and a server with a place for them, on a link through memory. */
export class PictureRig {
  readonly pair = linkPair();
  readonly #root = makeFolder();
  readonly folder = path.join(this.#root, 'snapshots');
  readonly shelf = path.join(this.#root, 'pictures', 'north');
  readonly alarms: EventEntry[] = [];
  /** Bytes that may wait at the gateway, and that the server takes of it. */
  quota = { gateway: 1e9, server: 1e9 };
  /** Whether no record waits. */
  isFree = true;
  collector = this.#collector();
  readonly #events = createEmitter<{ change: undefined }>();
  #stopCollecting: (() => void) | undefined;
  #stopUploading: (() => void) | undefined;
  #uploader: PictureUploader | undefined;

  get end() {
    return this.pair.gateways[0] ?? assert.fail('no end');
  }

  get uploader(): PictureUploader {
    return this.#uploader ?? assert.fail('no uploader');
  }

  /** A picture of an attempt; `age` in seconds says which is older. */
  keep(id: string, bytes: Buffer, age = 0): void {
    mkdirSync(this.folder, { recursive: true });
    const file = path.join(this.folder, `${id}.jpg`);
    writeFileSync(file, bytes);
    const at = new Date(Date.now() - age * 1000);
    utimesSync(file, at, at);
  }

  /** A new start of the gateway's part. */
  upload(): void {
    this.#stopUploading?.();
    const uploader = new PictureUploader({
      folder: this.folder,
      quota: this.quota.gateway,
      engine: { recordEvent: this.#record },
      send: filesOver(this.end),
      isFree: () => this.isFree,
      clock: systemClock,
      options: { part: 1000, window: 2, patience: 20, longest: 40 },
      onChange: this.#changed,
      onError: assert.ifError,
    });
    this.#uploader = uploader;
    const detach = attachPictureUploader(this.end, uploader, assert.ifError);
    this.#stopUploading = () => {
      detach();
      uploader.close();
    };
  }

  /** A new start of the server's part. `between` stands before it and sees every message of the gateway. */
  collect(between: Between = (content, take) => take(content)): void {
    this.#stopCollecting?.();
    this.collector = this.#collector();
    const take: Take = (content) => this.collector.take('north', content);
    const collecting = {
      take: async (_gateway: string, content: unknown) => {
        const answer = await between(content as FilesMessage, take);
        this.#changed();
        return answer;
      },
    };
    this.#stopCollecting = attachPictureCollector(this.pair.server, collecting, assert.ifError);
  }

  /** Resolves as soon as something is the case; looked at after every change. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        const stop = this.#events.on('change', () => {
          stop();
          resolve();
        });
      });
    }
  }

  /** Resolves when these pictures need not be sent any more. */
  settled(...ids: string[]): Promise<void> {
    return this.until(() => {
      const names = readdirSync(this.folder);
      return ids.every((id) => names.includes(`${id}.settled`));
    });
  }

  /** What the server holds: digests by name. */
  held(): Record<string, string> {
    const names = readdirSync(this.shelf).sort();
    return Object.fromEntries(
      names.map((name) => [name, digestOf(readFileSync(path.join(this.shelf, name)))]),
    );
  }

  close(): void {
    this.#stopCollecting?.();
    this.#stopUploading?.();
    this.pair.close();
    removeFolder(this.#root);
  }

  #collector(): PictureCollector {
    const folder = path.dirname(this.shelf);
    return new PictureCollector({ folder, quota: this.quota.server, days: 30 });
  }

  readonly #record = (event: EventEntry): Promise<void> => {
    this.alarms.push(event);
    this.#changed();
    return Promise.resolve();
  };

  readonly #changed = (): void => {
    this.#events.emit('change', undefined);
  };
}
