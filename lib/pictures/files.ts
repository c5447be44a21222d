import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

const DAY = 86_400_000;

/** In the data folder of a gateway: pictures that it has taken. */
export const SNAPSHOTS = 'snapshots';
/** In the data folder of a server: a folder for each gateway. */
const COLLECTED = 'pictures';
const PLAIN = /^[\w-]{1,64}$/;

const DAYS = /^[1-9]\d{0,3}$/;
const NAME = /^([\w-]{1,64})\.(picture|part|settled|draft)$/;
const REFERENCE = /^([\w-]{1,64})\.jpg$/;

/** Which picture, and for how many days it may be kept. */
export interface PictureKey {
  /** Checked before: letters, digits, `_` and `-`, at most 64 of them. */
  id: string;
  days: number;
}

/**
 * `picture`: a whole one, sealed; `part`: what has come of one; `settled`: beside one that need not be sent any more;
 * `draft`: one that was not written to its end.
 */
export type FileKind = 'picture' | 'part' | 'settled' | 'draft';

export interface PictureFile extends PictureKey {
  kind: FileKind;
  path: string;
}

/** Where a server keeps the pictures of all gateways. */
export function collectedFolder(data: string): string {
  return path.join(data, COLLECTED);
}

/** Where a server keeps the pictures of a gateway: no name leads anywhere else, and no two lead to the same. */
export function shelfFolder(data: string, gateway: string): string {
  const digest = createHash('sha256').update(gateway).digest('hex');
  return path.join(data, COLLECTED, PLAIN.test(gateway) ? gateway : `=${digest}`);
}

/** How a record calls its picture. */
export function referenceOf(id: string): string {
  return `${id}.jpg`;
}

/** The id of the picture that a record refers to; undefined if it is not one of ours. */
export function idOfReference(snapshot: string): string | undefined {
  return REFERENCE.exec(snapshot)?.[1];
}

/** Where a file is: the folder says for how many days it may be kept, so that nobody has to remember it. */
export function pathOf(folder: string, { id, days }: PictureKey, kind: FileKind): string {
  return path.join(folder, String(days), `${id}.${kind}`);
}

/** All files of pictures in a folder; none if there is no such folder. Other files are left alone. */
export async function pictureFiles(folder: string): Promise<PictureFile[]> {
  const found: PictureFile[] = [];
  for (const days of await daysIn(folder)) {
    const place = path.join(folder, String(days));
    for (const name of await namesIn(place)) {
      const [, id, kind] = NAME.exec(name) ?? [];
      if (id === undefined) continue;
      found.push({ id, days, kind: kind as FileKind, path: path.join(place, name) });
    }
  }
  return found;
}

/** Where a picture is; undefined if it is not there as a whole. */
export async function findPicture(folder: string, id: string): Promise<string | undefined> {
  for (const days of await daysIn(folder)) {
    const file = pathOf(folder, { id, days }, 'picture');
    if ((await sizeOf(file)) !== undefined) return file;
  }
  return undefined;
}

/** Deletes everything of a picture; resolves with whether it was there as a whole. */
export async function removePicture(folder: string, id: string): Promise<boolean> {
  const isThere = (await findPicture(folder, id)) !== undefined;
  for (const days of await daysIn(folder)) {
    for (const kind of ['picture', 'draft', 'part', 'settled'] as const) {
      await rm(pathOf(folder, { id, days }, kind), { force: true });
    }
  }
  return isThere;
}

/** Ids of the pictures that need not be sent any more. */
export function settledIds(files: readonly PictureFile[]): ReadonlySet<string> {
  return new Set(files.flatMap(({ id, kind }) => (kind === 'settled' ? [id] : [])));
}

/** Deletes the files whose days are over, pictures that are not settled only if nobody waits for them; resolves with how many. */
export async function sweepPictures(
  folder: string,
  now: number,
  { waits = false } = {},
): Promise<number> {
  const files = await pictureFiles(folder);
  const settled = settledIds(files);
  let deleted = 0;
  for (const file of files) {
    if (waits && file.kind === 'picture' && !settled.has(file.id)) continue;
    const info = await stat(file.path).catch(unlessMissing);
    if (info === undefined || now - info.mtimeMs <= file.days * DAY) continue;
    await rm(file.path, { force: true });
    deleted += 1;
  }
  return deleted;
}

/** Writes a picture, readable by the owner only: it is there as a whole or not at all. */
export async function writePicture(
  folder: string,
  key: PictureKey,
  sealed: Uint8Array,
): Promise<string> {
  const draft = pathOf(folder, key, 'draft');
  const file = pathOf(folder, key, 'picture');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(draft, sealed, { mode: 0o600 });
  await rename(draft, file);
  return file;
}

/** Resolves when a file and its place in its folder survive a power cut. */
export async function makeDurable(file: string): Promise<void> {
  await sync(file);
  if (process.platform !== 'win32') await sync(path.dirname(file)); // A folder cannot be opened there.
}

/** The bytes of a file; undefined if there is none. */
export function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch(unlessMissing);
}

/** Bytes of a file; undefined if there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(unlessMissing))?.size;
}

/** For how many days pictures are kept in a folder. */
async function daysIn(folder: string): Promise<number[]> {
  return (await namesIn(folder)).filter((name) => DAYS.test(name)).map(Number);
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unlessMissing)) ?? [];
}

function unlessMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}

async function sync(file: string): Promise<void> {
  const handle = await open(file);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
