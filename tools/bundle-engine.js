import { build } from 'esbuild';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** Programs of the engine that are started by file: each finds the others beside itself, by these names. */
const PROGRAMS = {
  process: 'lib/engine/process.ts',
  worker: 'lib/engine/store/worker.ts',
  'backup-process': 'lib/engine/store/backup-process.ts',
  'report-worker': 'lib/engine/reports/report-worker.ts',
};

/**
 * Writes each program of the engine as one file into a folder: it starts faster and needs less memory than hundreds
 * of modules. Names stay as they are, for the sake of stack traces.
 * @param {string} folder
 * @param {{ extension?: string, more?: Record<string, string> }} [options] `more`: further entry points by name
 */
export function bundleEngine(folder, { extension = '.js', more = {} } = {}) {
  return bundle({ ...PROGRAMS, ...more }, folder, extension);
}

/**
 * Puts the program that writes workbooks into one file in its own place, so that its library need not be installed.
 * @param {string} folder that mirrors the source tree
 */
export function bundleWorkbooks(folder) {
  const name = 'lib/attendance/xlsx-worker';
  return bundle({ [name]: `${name}.ts` }, folder, '.js');
}

async function bundle(entryPoints, folder, extension) {
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: folder,
    outExtension: { '.js': extension },
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'eof',
    sourcemap: 'linked',
    sourcesContent: false,
    charset: 'utf8',
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error',
    allowOverwrite: true,
  });
}
