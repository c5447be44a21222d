import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { settledMark } from '../link/picture-folder.ts';

const DAY = 86_400_000;
const SWEEP_EVERY = 3_600_000;
/** The first sweep comes when whoever sends pictures away has had the time to say so. */
const FIRST_SWEEP = 60_000;
/** A picture, one that was not written to its end, or a mark beside one. */
const NAME = /^([\w-]{1,64})\.(jpg|jpg\.draft|settled)$/;

/** How many send the pictures of a folder away. */
const claims = new Map<string, number>();

/** Keeps pictures of a folder beyond their days until they are settled. Returns how to end that. */
export function keepUnsettled(folder: string): () => void {
  const key = path.resolve(folder);
  claims.set(key, (claims.get(key) ?? 0) + 1);
  return () => {
    claims.set(key, (claims.get(key) ?? 1) - 1);
  };
}

/** Pictures that are kept beside the log, one file an attempt, for a number of days (R-023, N15). */
export class Snapshots {
  readonly #folder: string;
  readonly #days: number;
  readonly #timers: NodeJS.Timeout[];

  /** `warn` is told what a sweep could not do. */
  constructor(folder: string, days: number, warn: (problem: unknown) => void) {
    this.#folder = folder;
    this.#days = days;
    const sweep = (): void => {
      this.sweep(Date.now()).catch(warn);
    };
    this.#timers = [setTimeout(sweep, FIRST_SWEEP), setInterval(sweep, SWEEP_EVERY)];
    for (const timer of this.#timers) timer.unref();
  }

  /** Resolves with the name under which the picture of an attempt is kept. It is there as a whole or not at all. */
  async keep(attempt: string, picture: Uint8Array): Promise<string> {
    const name = `${attempt.replace(/[^\w-]/g, '_')}.jpg`;
    const file = path.join(this.#folder, name);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(`${file}.draft`, picture, { mode: 0o600 });
    await rename(`${file}.draft`, file);
    return name;
  }

  /** Deletes what is older than the days allow; resolves with how many files. Other files are left alone. */
  async sweep(now: number): Promise<number> {
    const names = new Set(await readdir(this.#folder).catch(() => [] as string[]));
    const waits = (claims.get(path.resolve(this.#folder)) ?? 0) > 0;
    let deleted = 0;
    for (const name of names) {
      const [, id = '', kind] = NAME.exec(name) ?? [];
      if (kind === undefined || (waits && kind === 'jpg' && !names.has(settledMark(id)))) continue;
      const file = path.join(this.#folder, name);
      const { mtimeMs } = await stat(file);
      if (now - mtimeMs <= this.#days * DAY) continue;
      await rm(file, { force: true });
      deleted += 1;
    }
    return deleted;
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
