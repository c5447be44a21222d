import { AccessError } from '../../model/errors.ts';

/** Grey pixels, row by row. */
export interface GreyPicture {
  width: number;
  height: number;
  data: Uint8Array;
}

const HEAD =
  /^P5\s(?:#[^\n]*\n|\s)*(\d{1,5})\s(?:#[^\n]*\n|\s)*(\d{1,5})\s(?:#[^\n]*\n|\s)*(\d{1,5})\s/;
const LONGEST_HEAD = 1024;

export function isPgm(file: Uint8Array): boolean {
  return file[0] === 0x50 && file[1] === 0x35;
}

/** Reads a binary PGM of 8 bits, as old collections of faces have it. Throws INPUT_INVALID. */
export function readPgm(file: Uint8Array): GreyPicture {
  const head = HEAD.exec(Buffer.from(file.subarray(0, LONGEST_HEAD)).toString('latin1'));
  const [start = '', width, height, peak] = head ?? [];
  const picture = { width: Number(width), height: Number(height) };
  const data = file.subarray(start.length, start.length + picture.width * picture.height);
  if (head === null || peak !== '255' || data.length !== picture.width * picture.height) {
    throw new AccessError('INPUT_INVALID', 'this is not a whole PGM picture of 8 bits');
  }
  return { ...picture, data };
}
