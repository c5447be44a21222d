/**
 * Compiles the kernels of lib/face and writes them as text into the kernels.ts beside them, so that they run from
 * source, from dist/ and from a bundle alike. Run it after a change of a .wat file; tests compare both.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import createWabt from 'wabt';

const FACE = path.resolve(import.meta.dirname, '..', 'lib', 'face');
const KERNELS = { gallery: ['relaxed', 'baseline'], pictures: ['pixels'] };

/** The bytes of a kernel, in base64. */
export async function compileKernel(folder, name) {
  const wabt = await createWabt();
  const file = path.join(FACE, folder, `${name}.wat`);
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

async function writeKernels(folder, names) {
  const lines = ['// Made from the .wat files of this folder by tools/face-kernels.js.', ''];
  for (const name of names) {
    const bytes = await compileKernel(folder, name);
    lines.push(`export const ${name.toUpperCase()} =`, `  '${bytes}';`, '');
  }
  await writeFile(path.join(FACE, folder, 'kernels.ts'), lines.join('\n'));
}

if (import.meta.main) {
  for (const [folder, names] of Object.entries(KERNELS)) await writeKernels(folder, names);
}
