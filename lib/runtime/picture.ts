import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { LARGEST_PICTURE } from '../face/pictures/limits.ts';
import { AccessError } from '../model/errors.ts';

/** A name of a file, which can be told from base64 by its dot. */
const FILE_NAME = /^[^/\\\0]{1,200}\.(?:jpe?g|png)$/i;
const DATA_URL = /^data:image\/(?:jpeg|png);base64,/;
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/** A picture and, if it came from a file, where that is. */
export interface GivenPicture {
  bytes: Uint8Array;
  file?: string;
}

/** Whether this can be the name of a picture in a folder. */
export function isPictureName(name: string): boolean {
  return FILE_NAME.test(name);
}

/**
 * The picture that a message brings: bytes, base64 text, a data URL, or the name of a JPEG or PNG file in `folder`.
 * Throws INPUT_INVALID for anything else, for more than 5 MiB, and for a name that leads out of the folder.
 */
export async function pictureOf(value: unknown, folder: string | undefined): Promise<GivenPicture> {
  if (value instanceof Uint8Array) return { bytes: limited(value) };
  if (typeof value !== 'string') throw invalid('is neither bytes nor text');
  if (isPictureName(value)) return readPicture(value, folder);
  const text = value.replace(DATA_URL, '');
  if (text.length > LARGEST_PICTURE * 1.5) throw invalid('is larger than 5 MiB');
  if (!BASE64.test(text)) throw invalid('is neither base64 nor the name of a JPEG or PNG file');
  return { bytes: limited(Buffer.from(text, 'base64')) };
}

async function readPicture(name: string, folder: string | undefined): Promise<GivenPicture> {
  if (folder === undefined) throw invalid('names a file, but no folder of pictures is set');
  const file = await realpath(path.join(folder, name)).catch(() => undefined);
  const home = await realpath(folder).catch(() => undefined);
  if (file === undefined || home === undefined || path.dirname(file) !== home) {
    throw invalid('names a file that is not in the folder of pictures');
  }
  const found = await stat(file);
  if (!found.isFile() || found.size > LARGEST_PICTURE) throw invalid('is no file of at most 5 MiB');
  return { bytes: limited(await readFile(file)), file };
}

function limited(bytes: Uint8Array): Uint8Array {
  if (bytes.length > LARGEST_PICTURE) throw invalid('is larger than 5 MiB');
  return bytes;
}

function invalid(what: string): AccessError {
  return new AccessError('INPUT_INVALID', `The picture ${what}`);
}
