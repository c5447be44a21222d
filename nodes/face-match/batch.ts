import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { NodeMessageInFlow } from 'node-red';
import { AccessError } from '../../lib/model/errors.ts';
import { isPictureName } from '../../lib/runtime/picture.ts';

/** Stands for every picture in the folder of pictures. */
const WHOLE_FOLDER = '*';
/** Of one message; whoever has more names a folder. */
const MOST_PHOTOS = 1000;

/** A photo of a batch. Its name without the ending is the id of the person whom it shows. */
export interface NamedPhoto {
  name: string;
  /** In any form that a single picture may have. */
  picture: unknown;
}

/**
 * The photos of a batch: those of the folder for `*`, or those of a list of `{ name, picture }`; undefined for anything
 * else, which is a single picture. Throws INPUT_INVALID for a batch without photos, of more than 1,000 in one message, or
 * with something that is no named photo.
 */
export async function photosOf(
  value: unknown,
  folder: string | undefined,
): Promise<NamedPhoto[] | undefined> {
  if (value !== WHOLE_FOLDER && !Array.isArray(value)) return undefined;
  const photos = value === WHOLE_FOLDER ? await photosIn(folder) : value.map(named);
  if (photos.length === 0) throw new AccessError('INPUT_INVALID', 'The batch has no photos');
  return photos;
}

/** The message that one photo of a batch makes, as one of a sequence that a join node can put together again. */
export function photoMessage(
  message: NodeMessageInFlow,
  photos: readonly NamedPhoto[],
  index: number,
): NodeMessageInFlow {
  const { name = '' } = photos[index] ?? {};
  const parts = { id: message._msgid, type: 'array', index, count: photos.length };
  return Object.assign({}, message, { photo: name, person: path.parse(name).name, parts });
}

async function photosIn(folder: string | undefined): Promise<NamedPhoto[]> {
  if (folder === undefined) {
    throw new AccessError('INPUT_INVALID', 'No folder of pictures is set');
  }
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => isPictureName(name))
    .sort()
    .map((name) => ({ name, picture: name }));
}

function named(value: unknown, index: number): NamedPhoto {
  if (index >= MOST_PHOTOS) {
    throw new AccessError('INPUT_INVALID', `A batch has at most ${MOST_PHOTOS} photos`);
  }
  const { name, picture } = (value ?? {}) as Partial<NamedPhoto>;
  if (typeof name === 'string' && name !== '') return { name: path.basename(name), picture };
  throw new AccessError('INPUT_INVALID', `Photo ${index + 1} of the batch has no name`);
}
