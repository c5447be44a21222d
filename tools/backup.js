#!/usr/bin/env node
import { join, resolve } from 'node:path';
import { backupDatabase } from '../dist/lib/engine/store/backup.js';
import { DATABASE_FILE } from '../dist/lib/engine/store/database.js';

const USAGE = `Writes a consistent copy of a gateway's database to a new file; the engine may be running.

  npm run backup -- <data folder> <new file>

The copy is checked. The keys are not in it: keep them apart, it is of no use without them.`;

const [folder, file] = process.argv.slice(2);

if (folder === '--help' || folder === undefined || file === undefined) {
  console.log(USAGE);
  process.exitCode = folder === '--help' ? 0 : 2;
} else {
  try {
    const { bytes } = await backupDatabase(join(folder, DATABASE_FILE), resolve(file));
    console.log(`${resolve(file)}: ${bytes} bytes`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
