import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type ClientModule = typeof import('../../lib/engine/client.ts');

/** Programs that are started by file, and the client that starts them. */
const ENTRIES = {
  client: 'lib/engine/client.ts',
  process: 'lib/engine/process.ts',
  worker: 'lib/engine/store/worker.ts',
  'backup-process': 'lib/engine/store/backup-process.ts',
};

/** Builds the engine as the package ships it, one file for each program, and loads its client. */
export async function bundledEngine(folder: string): Promise<ClientModule> {
  const root = join(import.meta.dirname, '..', '..');
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error',
  });
  return (await import(pathToFileURL(join(folder, 'client.mjs')).href)) as ClientModule;
}
