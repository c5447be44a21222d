import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { NodeMessageInFlow } from 'node-red';
import { LARGEST_PICTURE } from '../../lib/face/pictures/limits.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { entriesOf, isArchive, openArchive, type ArchiveEntry } from '../../lib/runtime/archive.ts';
import { isPictureName } from '../../lib/runtime/picture.ts';

/** Stands for every picture in the folder of pictures. */
const WHOLE_FOLDER = '*';
const ARCHIVE_NAME = /^[^/\\\0]{1,200}\.zip$/i;
/** Of one list; whoever has more names a folder or an archive. */
const MOST_PHOTOS = 1000;

/** A photo of a batch. Its name without the ending is the id of the person whom it shows. */
export interface NamedPhoto {
  name: string;
  /** Resolves with any form that a single picture may have. */
  read: () => Promise<unknown>;
}

export interface Batch {
  photos: readonly NamedPhoto[];
  close: () => Promise<void>;
}

const nothingToClose = (): Promise<void> => Promise.resolve();

/**
 * The photos of a batch: those of the folder for `*`, of a ZIP archive in it or in the message, or of a list of
 * `{ name, picture }`; undefined for anything else, which is a single picture. Throws INPUT_INVALID for a batch without
 * photos, for a list of more than 1,000 or with something that is no named photo, and for a damaged archive.
 */
export async function batchOf(
  value: unknown,
  folder: string | undefined,
): Promise<Batch | undefined> {
  const batch = await opened(value, folder);
  if (batch?.photos.length !== 0) return batch;
  await batch.close();
  throw new AccessError('INPUT_INVALID', 'The batch has no photos');
}

/** The message that one photo of a batch makes, as one of a sequence that a join node can put together again. */
export function photoMessage(
  message: NodeMessageInFlow,
  { photos }: Batch,
  index: number,
): NodeMessageInFlow {
  const { name = '' } = photos[index] ?? {};
  const parts = { id: message._msgid, type: 'array', index, count: photos.length };
  return Object.assign({}, message, { photo: name, person: path.parse(name).name, parts });
}

async function opened(value: unknown, folder: string | undefined): Promise<Batch | undefined> {
  if (Array.isArray(value)) return { photos: value.map(named), close: nothingToClose };
  if (value === WHOLE_FOLDER) return { photos: await photosIn(folder), close: nothingToClose };
  if (value instanceof Uint8Array && isArchive(value)) {
    return { photos: photosAmong(await entriesOf(value)), close: nothingToClose };
  }
  if (typeof value !== 'string' || !ARCHIVE_NAME.test(value)) return undefined;
  const { entries, close } = await openArchive(await fileIn(folder, value));
  return { photos: photosAmong(entries), close };
}

async function photosIn(folder: string | undefined): Promise<NamedPhoto[]> {
  const names = await readdir(required(folder)).catch(() => [] as string[]);
  return names
    .filter((name) => isPictureName(name))
    .sort()
    .map((name) => ({ name, read: () => Promise.resolve(name) }));
}

/** Folders inside an archive say nothing, and what macOS puts beside each file is no photo. */
function photosAmong(entries: readonly ArchiveEntry[]): NamedPhoto[] {
  return entries.flatMap((entry) => {
    const name = path.posix.basename(entry.name);
    if (!isPictureName(name) || name.startsWith('.')) return [];
    return [{ name, read: () => entry.read(LARGEST_PICTURE) }];
  });
}

/** An archive of the folder itself, wherever links in it may lead. */
async function fileIn(folder: string | undefined, name: string): Promise<string> {
  const home = await realpath(required(folder)).catch(() => undefined);
  const file = home && (await realpath(path.join(home, name)).catch(() => undefined));
  if (file !== undefined && path.dirname(file) === home) return file;
  throw new AccessError('INPUT_INVALID', 'There is no such archive in the folder of pictures');
}

function required(folder: string | undefined): string {
  if (folder === undefined) throw new AccessError('INPUT_INVALID', 'No folder of pictures is set');
  return folder;
}

function named(value: unknown, index: number): NamedPhoto {
  if (index >= MOST_PHOTOS) {
    throw new AccessError('INPUT_INVALID', `A batch has at most ${MOST_PHOTOS} photos`);
  }
  const { name, picture } = (value ?? {}) as { name?: unknown; picture?: unknown };
  if (typeof name === 'string' && name !== '') {
    return { name: path.basename(name), read: () => Promise.resolve(picture) };
  }
  throw new AccessError('INPUT_INVALID', `Photo ${index + 1} of the batch has no name`);
}
