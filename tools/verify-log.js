#!/usr/bin/env node
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { verifyLog } from '../dist/lib/engine/store/verify.js';

const USAGE = `Checks that the log of a gateway is complete and unchanged.

  npm run verify-log -- <data folder or gateway.db> [--key-file <file>]

Names every row that was changed, deleted, inserted or moved, and a tail that was cut off.
Ends with exit code 1 if anything is wrong. May run beside the engine.`;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'key-file': { type: 'string' }, help: { type: 'boolean' } },
  });
  const [path] = positionals;
  if (values.help || path === undefined) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  return report(verifyLog(path, await logKey(path, values['key-file'])));
}

/** The key of the engine; without it everything is checked but the signatures of the ends. */
async function logKey(path, keyFile) {
  try {
    const folder = statSync(path).isDirectory() ? path : dirname(path);
    const { readKeys } = await import('../dist/lib/engine/keys.js');
    return (await readKeys({ folder, keyFile })).logMac;
  } catch (error) {
    if (keyFile !== undefined) throw error;
    return undefined;
  }
}

function report({ ok, signed, streams }) {
  for (const { stream, count, first, last, head, problems } of streams) {
    const rows = count === 0 ? 'no rows' : `${count} rows, ${first} to ${last}`;
    console.log(`${stream}: ${rows}, head ${head}: ${problems.length === 0 ? 'OK' : 'BROKEN'}`);
    for (const { text } of problems) console.log(`  ${text}`);
  }
  if (!signed) {
    console.log('The engine key is not here: the ends of the log were not checked with it.');
  }
  return ok ? 0 : 1;
}
