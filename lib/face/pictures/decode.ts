import type { Sharp } from 'sharp';
import { AccessError } from '../../model/errors.ts';
import { LARGEST_PICTURE } from './limits.ts';
import type { Raster } from './raster.ts';

type SharpModule = typeof import('sharp').default;

/** Larger ones are refused by what their header says, before a pixel is decoded (T-22). */
const MOST_PIXELS = 12_000_000;
/** Seconds a picture may take to decode (T-22). */
const DECODE_LIMIT = 2;
/** Pixels on the longer side that are enough to find faces; more would only cost time. */
const WORKED_SIDE = 1280;

/** Longer side of a snapshot, in pixels. */
const SMALL_SIDE = 640;

const FORMATS: readonly string[] = ['jpeg', 'png'];

let loaded: Promise<SharpModule> | undefined;

/** The decoder, with JPEG and PNG switched on and every other format off. Throws FACE_UNAVAILABLE. */
export function loadDecoder(): Promise<SharpModule> {
  loaded ??= importDecoder();
  return loaded;
}

async function importDecoder(): Promise<SharpModule> {
  try {
    const { default: sharp } = await import('sharp');
    sharp.concurrency(1);
    sharp.cache(false);
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });
    return sharp;
  } catch (error) {
    throw new AccessError('FACE_UNAVAILABLE', 'sharp is not installed', { cause: error });
  }
}

/**
 * An untrusted JPEG or PNG as upright RGB pixels, at most 1280 on the longer side. Throws INPUT_INVALID for
 * anything that is too large, of another kind, damaged, or takes too long.
 */
export async function decode(picture: Uint8Array): Promise<Raster> {
  if (picture.length === 0) throw refused('is empty');
  if (picture.length > LARGEST_PICTURE) throw refused('is larger than 5 MiB');
  const sharp = await loadDecoder();
  const image = sharp(picture, { failOn: 'error', limitInputPixels: MOST_PIXELS, pages: 1 });
  const { turned } = await readHeader(image);
  return pixelsOf(image, turned);
}

/** A picture as a JPEG of at most 640 pixels on its longer side. Throws INPUT_INVALID as `decode` does. */
export async function encodeSmall(picture: Uint8Array): Promise<Uint8Array> {
  const { data, width, height } = await decode(picture);
  const sharp = await loadDecoder();
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: SMALL_SIDE, height: SMALL_SIDE, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer();
}

async function readHeader(image: Sharp): Promise<{ turned: boolean }> {
  const { format, width, height, orientation = 1 } = await image.metadata().catch(notReadable);
  if (!FORMATS.includes(format)) throw refused('is neither a JPEG nor a PNG');
  if (width * height > MOST_PIXELS) throw refused('has more than 12 megapixels');
  return { turned: orientation > 1 };
}

async function pixelsOf(image: Sharp, turned: boolean): Promise<Raster> {
  const size = { width: WORKED_SIDE, height: WORKED_SIDE };
  const upright = turned ? image.autoOrient() : image;
  const { data, info } = await upright
    .resize({ ...size, fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .timeout({ seconds: DECODE_LIMIT })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(notReadable);
  if (info.channels !== 3) throw refused('has colours that are not known');
  return { width: info.width, height: info.height, data };
}

function notReadable(error: unknown): never {
  const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
  throw refused(`cannot be read: ${why.slice(0, 200)}`);
}

function refused(what: string): AccessError {
  return new AccessError('INPUT_INVALID', `The picture ${what}`);
}
