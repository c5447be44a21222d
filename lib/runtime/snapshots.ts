import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { optional } from '../model/optional.ts';
import type { SiteApi } from './site.ts';

const DAY = 86_400_000;
const SWEEP_EVERY = 3_600_000;
const NAME = /^[\w-]{1,64}\.jpg$/;

/** Pictures that are kept beside the log, one file an attempt, for a number of days (R-023, N15). */
export class Snapshots {
  readonly #folder: string;
  readonly #days: number;
  readonly #sweeping: NodeJS.Timeout;

  /** `warn` is told what a sweep could not do. */
  constructor(folder: string, days: number, warn: (problem: unknown) => void) {
    this.#folder = folder;
    this.#days = days;
    const sweep = (): void => {
      this.sweep(Date.now()).catch(warn);
    };
    this.#sweeping = setInterval(sweep, SWEEP_EVERY).unref();
    sweep();
  }

  /** Resolves with the name under which the picture of an attempt is kept. */
  async keep(attempt: string, picture: Uint8Array): Promise<string> {
    const name = `${attempt.replace(/[^\w-]/g, '_')}.jpg`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(path.join(this.#folder, name), picture, { mode: 0o600 });
    return name;
  }

  /** Deletes what is older than the days allow; resolves with how many. Other files are left alone. */
  async sweep(now: number): Promise<number> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    let deleted = 0;
    for (const name of names) {
      if (!NAME.test(name)) continue;
      const file = path.join(this.#folder, name);
      const { mtimeMs } = await stat(file);
      if (now - mtimeMs <= this.#days * DAY) continue;
      await rm(file, { force: true });
      deleted += 1;
    }
    return deleted;
  }

  /** Deletes pictures by their names; resolves with how many of them there were. */
  async erase(names: readonly string[]): Promise<number> {
    let erased = 0;
    for (const name of names) {
      if (!NAME.test(name)) continue;
      const isThere = await rm(path.join(this.#folder, name)).then(
        () => true,
        (problem: unknown) => {
          if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return false;
          throw problem;
        },
      );
      if (isThere) erased += 1;
    }
    return erased;
  }

  close(): void {
    clearInterval(this.#sweeping);
  }
}

/** Where the nodes of a site keep pictures. */
const kept = new WeakMap<SiteApi, Set<Snapshots>>();

/** Has the pictures go when a person of the site is erased; the returned function ends that. */
export function keepSnapshots(site: SiteApi, snapshots: Snapshots): () => void {
  const all = kept.get(site) ?? new Set();
  kept.set(site, all.add(snapshots));
  return () => all.delete(snapshots);
}

/** Deletes the pictures of a person that the log tells of (N15); resolves with how many there were. */
export async function erasePictures(site: SiteApi, person: string): Promise<number> {
  let erased = 0;
  let after: number | undefined;
  do {
    const page = await site.engine.personPictures({ person, ...optional('after', after) });
    for (const snapshots of kept.get(site) ?? []) erased += await snapshots.erase(page.names);
    after = page.next;
  } while (after !== undefined);
  return erased;
}
