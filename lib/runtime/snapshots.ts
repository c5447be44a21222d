import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { PictureFolder } from '../link/pictures/folder.ts';
import { SNAPSHOTS, referenceOf, sweepPictures } from '../pictures/files.ts';
import { PictureSeal } from '../pictures/seal.ts';

const SWEEP_EVERY = 3_600_000;
/** The first sweep comes when whoever sends pictures away has had the time to say so. */
const FIRST_SWEEP = 60_000;

/** What is needed of a site. */
export interface PictureSite {
  /** The data folder. */
  readonly folder: string;
  readonly engine: Pick<Engine, 'pictureKey'>;
}

/** How many send the pictures of a folder away. */
const claims = new Map<string, number>();

/** Keeps the pictures of a site beyond their days until they are settled. Returns how to end that. */
export function keepUnsettled({ folder }: PictureSite): () => void {
  claims.set(folder, (claims.get(folder) ?? 0) + 1);
  return () => {
    claims.set(folder, (claims.get(folder) ?? 1) - 1);
  };
}

/** Pictures that are kept beside the log, sealed, one an attempt, each for a number of days (R-023, N15). */
export class Snapshots {
  readonly #site: PictureSite;
  readonly #folder: PictureFolder;
  readonly #timers: NodeJS.Timeout[];

  /** `warn` is told what a sweep could not do. */
  constructor(site: PictureSite, warn: (problem: unknown) => void) {
    this.#site = site;
    this.#folder = new PictureFolder(folderOf(site), new PictureSeal(site.engine));
    const sweep = (): void => {
      this.sweep(Date.now()).catch(warn);
    };
    this.#timers = [setTimeout(sweep, FIRST_SWEEP), setInterval(sweep, SWEEP_EVERY)];
    for (const timer of this.#timers) timer.unref();
  }

  /** Resolves with how the record of an attempt calls its picture. */
  async keep(attempt: string, days: number, picture: Uint8Array): Promise<string> {
    const id = attempt.replace(/[^\w-]/g, '_');
    await this.#folder.keep({ id, days }, picture);
    return referenceOf(id);
  }

  /** Deletes what is older than its days allow; resolves with how many files. Other files are left alone. */
  sweep(now: number): Promise<number> {
    const waits = (claims.get(this.#site.folder) ?? 0) > 0;
    return sweepPictures(folderOf(this.#site), now, { waits });
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}

function folderOf({ folder }: PictureSite): string {
  return path.join(folder, SNAPSHOTS);
}
