import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleEngine } from '../../tools/bundle-engine.js';

type ClientModule = typeof import('../../lib/engine/client.ts');

/** Builds the engine as the package ships it, one file for each program, and loads a client beside it. */
export async function bundledEngine(folder: string): Promise<ClientModule> {
  await bundleEngine(folder, { extension: '.mjs', more: { client: 'lib/engine/client.ts' } });
  return (await import(pathToFileURL(join(folder, 'client.mjs')).href)) as ClientModule;
}
