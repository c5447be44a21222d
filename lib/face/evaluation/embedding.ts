import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAccessError } from '../../model/errors.ts';
import type { FaceDemands } from '../face.ts';
import { loadDecoder } from '../pictures/decode.ts';
import type { FaceService } from '../service.ts';
import { isPgm, readPgm } from './pgm.ts';

/** What became of a picture. */
export interface Embedded {
  file: string;
  /** Absent for a picture without a face, or one that cannot be read. */
  vector?: Float32Array;
  liveness?: number;
  /** Why there is no vector. */
  problem?: string;
}

/** A figure is about all pictures: only one without a face is left out. */
const ANY_FACE: FaceDemands = {
  ...{ height: 0, alone: false, turn: false, eyes: false, sharpness: false },
  liveness: false,
};

/** Looks into the pictures of a folder, one after the other. */
export async function embedAll(
  service: Pick<FaceService, 'analyse'>,
  folder: string,
  files: readonly string[],
  options: { liveness?: boolean; progress?: (done: number, of: number) => void } = {},
): Promise<Map<string, Embedded>> {
  const demands = options.liveness === true ? { ...ANY_FACE, liveness: 0 } : ANY_FACE;
  const embedded = new Map<string, Embedded>();
  for (const file of new Set(files)) {
    embedded.set(file, await embed(service, folder, file, demands));
    options.progress?.(embedded.size, files.length);
  }
  return embedded;
}

async function embed(
  service: Pick<FaceService, 'analyse'>,
  folder: string,
  file: string,
  demands: FaceDemands,
): Promise<Embedded> {
  try {
    const picture = await readPicture(path.join(folder, file));
    const { flaws, vector, liveness } = await service.analyse({ picture, demands });
    return {
      file,
      ...(vector === undefined ? { problem: flaws.join(' ') } : { vector }),
      ...(liveness !== undefined && { liveness }),
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { file, problem: 'is not there' };
    }
    if (isAccessError(error) && error.code === 'INPUT_INVALID')
      return { file, problem: error.message };
    throw error;
  }
}

/** A picture as the pipeline takes it; PGM, in which old collections come, becomes PNG. */
async function readPicture(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file);
  if (!isPgm(bytes)) return bytes;
  const { width, height, data } = readPgm(bytes);
  const sharp = await loadDecoder();
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}
