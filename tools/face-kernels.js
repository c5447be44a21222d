/**
 * Compiles the kernels of the face gallery and writes them into lib/face/gallery/kernels.ts as text, so that they run
 * from source, from dist/ and from a bundle alike. Run it after a change of a .wat file; a test compares both.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import createWabt from 'wabt';

const FOLDER = path.resolve(import.meta.dirname, '..', 'lib', 'face', 'gallery');
const NAMES = ['relaxed', 'baseline'];

/** The bytes of a kernel, in base64. */
export async function compileKernel(name) {
  const wabt = await createWabt();
  const file = path.join(FOLDER, `${name}.wat`);
  const module = wabt.parseWat(file, await readFile(file, 'utf8'), {
    simd: true,
    relaxed_simd: true,
  });
  try {
    const { buffer } = module.toBinary({});
    return Buffer.from(buffer).toString('base64');
  } finally {
    module.destroy();
  }
}

async function writeKernels() {
  const lines = ['// Made from the .wat files of this folder by tools/face-kernels.js.', ''];
  for (const name of NAMES) {
    lines.push(`export const ${name.toUpperCase()} =`, `  '${await compileKernel(name)}';`, '');
  }
  await writeFile(path.join(FOLDER, 'kernels.ts'), lines.join('\n'));
}

if (import.meta.main) await writeKernels();
