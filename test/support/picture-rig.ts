import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import type { PictureVerdict } from '../../lib/engine/pictures/interface.ts';
import type { FilesAnswer, FilesMessage } from '../../lib/link/pictures/files.ts';
import { PictureCollector } from '../../lib/link/pictures/collector.ts';
import { PictureFolder } from '../../lib/link/pictures/folder.ts';
import {
  attachPictureCollector,
  attachPictureUploader,
  filesOver,
} from '../../lib/link/pictures/link.ts';
import { PictureUploader } from '../../lib/link/pictures/uploader.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { createEmitter } from '../../lib/model/emitter.ts';
import type { EventEntry, RecordRef } from '../../lib/model/record.ts';
import {
  SNAPSHOTS,
  collectedFolder,
  pathOf,
  removePicture,
  shelfFolder,
} from '../../lib/pictures/files.ts';
import { PictureSeal } from '../../lib/pictures/seal.ts';
import { makeFolder, removeFolder } from './folder.ts';
import { linkPair } from './link-pair.ts';

type Take = (content: FilesMessage) => Promise<FilesAnswer | undefined>;
type Between = (content: FilesMessage, take: Take) => Promise<FilesAnswer | undefined>;

/** Long enough that nothing is repeated only because the machine is busy. */
export const PATIENT = { patience: 60_000, longest: 60_000 };

/** For how many days the pictures of a rig may be kept. */
export const DAYS = 30;

function keyOf(byte: number): { pictureKey: () => Promise<{ key: string }> } {
  const key = Buffer.alloc(32, byte).toString('base64');
  return { pictureKey: () => Promise.resolve({ key }) };
}

/** A gateway with a folder of pictures and a server with a place for them, on a link through memory. */
export class PictureRig {
  readonly pair = linkPair();
  readonly #root = makeFolder();
  /** Folders of data. */
  readonly gatewayData = path.join(this.#root, 'gateway');
  readonly serverData = path.join(this.#root, 'server');
  readonly folder = path.join(this.gatewayData, SNAPSHOTS);
  readonly shelf = shelfFolder(this.serverData, 'north');
  readonly alarms: EventEntry[] = [];
  /** Bytes that may wait at the gateway, and that the server takes of it. */
  quota = { gateway: 1e9, server: 1e9 };
  times = PATIENT;
  lookEvery = 30_000;
  /** Whether no record waits. */
  isFree = true;
  /** Told of what the server could not take. */
  onError: (error: unknown) => void = assert.ifError;
  /** What the server's engine says of a picture. */
  verdict: (id: string) => PictureVerdict = () => 'wanted';
  readonly gatewayEngine = {
    ...keyOf(1),
    recordEvent: (event: EventEntry): Promise<RecordRef> => {
      this.alarms.push(event);
      this.#changed();
      return Promise.resolve({ stream: 'event', seq: 1, id: '1' });
    },
  };
  readonly serverEngine = {
    ...keyOf(2),
    judgePicture: ({ id }: { id: string }) => Promise.resolve({ verdict: this.verdict(id) }),
  };
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
  async keep(id: string, bytes: Buffer, age = 0): Promise<void> {
    const kept = new PictureFolder(this.folder, new PictureSeal(this.gatewayEngine));
    await kept.keep({ id, days: DAYS }, bytes);
    const at = new Date(Date.now() - age * 1000);
    utimesSync(this.fileOf(id), at, at);
  }

  /** As an erasure does it. */
  async removeAtGateway(id: string): Promise<void> {
    await removePicture(this.folder, id);
  }

  /** The file of a picture at the gateway. */
  fileOf(id: string, kind: 'picture' | 'settled' = 'picture'): string {
    return pathOf(this.folder, { id, days: DAYS }, kind);
  }

  /** The file of a picture at the server. */
  heldFile(id: string, kind: 'picture' | 'part' = 'picture'): string {
    return pathOf(this.shelf, { id, days: DAYS }, kind);
  }

  /** A new start of the gateway's part. */
  upload(): void {
    this.#stopUploading?.();
    const uploader = new PictureUploader({
      folder: this.folder,
      quota: this.quota.gateway,
      engine: this.gatewayEngine,
      send: filesOver(this.end),
      isFree: () => this.isFree,
      clock: systemClock,
      options: { part: 1000, window: 2, lookEvery: this.lookEvery, ...this.times },
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
    const collector = this.#collector();
    this.collector = collector;
    const collecting = {
      take: async (gateway: string, content: unknown) => {
        const take: Take = (message) => collector.take(gateway, message);
        const answer = await between(content as FilesMessage, take);
        this.#changed();
        return answer;
      },
    };
    this.#stopCollecting = attachPictureCollector(this.pair.server, collecting, (error) => {
      this.onError(error);
      this.#changed();
    });
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
    return this.until(() => ids.every((id) => existsSync(this.fileOf(id, 'settled'))));
  }

  /** Names of the files at the server. */
  held(): string[] {
    const folder = path.dirname(this.heldFile('any'));
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  /** The names of all gateways' folders at the server. */
  shelves(): string[] {
    const folder = collectedFolder(this.serverData);
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  close(): void {
    this.#stopCollecting?.();
    this.#stopUploading?.();
    this.pair.close();
    removeFolder(this.#root);
  }

  #collector(): PictureCollector {
    const { serverData, serverEngine } = this;
    return new PictureCollector({
      folder: serverData,
      engine: serverEngine,
      quota: this.quota.server,
    });
  }

  readonly #changed = (): void => {
    this.#events.emit('change', undefined);
  };
}
