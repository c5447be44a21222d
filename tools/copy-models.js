import { cp, mkdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const PACKAGE = path.join(root, 'node_modules', 'faceplugin-face-recognition-js');
const MANIFEST = path.join(root, 'lib', 'face', 'models', 'manifest.json');

/**
 * Puts the models of faces into a folder, with their manifest and licence. They come from an npm package of which
 * nothing else is used.
 * @param {string} folder
 */
export async function copyModels(folder) {
  await mkdir(folder, { recursive: true });
  await cp(MANIFEST, path.join(folder, 'manifest.json'));
  await cp(path.join(PACKAGE, 'LICENSE'), path.join(folder, 'LICENSE'));
  for (const { file } of Object.values(JSON.parse(readFileSync(MANIFEST, 'utf8')))) {
    await cp(path.join(PACKAGE, 'model', file), path.join(folder, file));
  }
}
