import type { Clock } from '../../model/clock.ts';
import { pictureFiles, settledIds, sizeOf } from '../../pictures/files.ts';

/** Counting looks at every file: not more often than this, in milliseconds. */
const EVERY = 60_000;

/** The pictures that a gateway keeps beside its log. */
export interface PictureCount {
  kept: number;
  /** Those that no server has yet, or ever will if none takes them. */
  waiting: number;
  /** On the disk, of all that are kept. */
  bytes: number;
}

/** Counts the pictures in a folder; the answer may be a minute old. */
export function createCount(
  folder: string,
  clock: Pick<Clock, 'monotonic'>,
): () => Promise<PictureCount> {
  let last: { at: number; count: Promise<PictureCount> } | undefined;
  return () => {
    const now = clock.monotonic();
    if (last === undefined || now >= last.at + EVERY) last = { at: now, count: count(folder) };
    return last.count;
  };
}

async function count(folder: string): Promise<PictureCount> {
  const files = await pictureFiles(folder);
  const settled = settledIds(files);
  const pictures = files.filter(({ kind }) => kind === 'picture');
  let bytes = 0;
  for (const { path } of pictures) bytes += (await sizeOf(path)) ?? 0;
  const waiting = pictures.filter(({ id }) => !settled.has(id)).length;
  return { kept: pictures.length, waiting, bytes };
}
