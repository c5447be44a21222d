import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { copyModels } from '../../tools/copy-models.js';
import { makeFolder } from './folder.ts';
import { ROOT } from './node-red.ts';

const SAMPLES = path.join(ROOT, 'node_modules', '@vladmandic', 'face-api', 'demo');

/** A folder with the models, as the build puts them into `dist`. */
export async function modelFolder(): Promise<string> {
  const folder = makeFolder();
  await copyModels(folder);
  return folder;
}

/** The part of a sample picture around one face: number of the picture, left, top, side in pixels. */
export type Portrait = readonly [sample: number, left: number, top: number, side: number];

/** People whose faces a package brings as samples. The first two are the same woman. */
export const PORTRAITS = {
  annaOnce: [1, 1349, 98, 460],
  annaAgain: [3, 894, 62, 590],
  berta: [3, 407, 170, 582],
  clara: [3, 1337, 174, 519],
  dora: [4, 513, 0, 483],
  emma: [5, 177, 737, 577],
  flora: [5, 974, 99, 444],
  greta: [5, 669, 12, 408],
  hanna: [6, 1296, 119, 588],
  ilse: [6, 96, 353, 529],
} as const satisfies Record<string, Portrait>;

/** With the head turned far to the side, with closed eyes, and a whole group. */
export const PROFILE: Portrait = [2, 147, 0, 600];
export const EYES_CLOSED: Portrait = [1, 698, 308, 463];

export function sample(number: number): Buffer {
  return readFileSync(path.join(SAMPLES, `sample${number}.jpg`));
}

/** A portrait to be worked on further. */
export function portrait([number, left, top, side]: Portrait): Sharp {
  return sharp(sample(number)).extract({ left, top, width: side, height: side });
}

/** A portrait as a camera sends it. */
export function photo(
  of: Portrait,
  change: (image: Sharp) => Sharp = (image) => image,
): Promise<Buffer> {
  return change(portrait(of)).jpeg({ quality: 90 }).toBuffer();
}

/** A portrait with room around it, as the camera of a door sees somebody at arm's length. */
export async function atTheDoor(of: Portrait): Promise<Buffer> {
  const room = Math.round(of[3] * 0.3);
  const around = { top: room, bottom: room, left: room, right: room };
  // Of a pipeline, sharp would extend the uncut sample.
  const cut = await portrait(of).png().toBuffer();
  return sharp(cut)
    .extend({ ...around, extendWith: 'copy' })
    .jpeg({ quality: 90 })
    .toBuffer();
}
