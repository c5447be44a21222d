/**
 * Runs all measurements one after the other, each in a process of its own: garbage and compiled code of one would
 * show in the next. Prints what they print; nothing is asserted.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const BENCHES = [
  'decision.ts',
  'records.ts',
  'engine.ts',
  'zones.ts',
  'gallery.ts',
  'face-pictures.ts',
  'attendance.ts',
  'outbox.ts',
  'sync.ts',
  'link-reconnect.ts',
  'flow.ts',
  'online.ts',
];

for (const name of BENCHES) {
  const file = path.join(import.meta.dirname, name);
  if (!existsSync(file)) continue;
  console.log(`\n${name}`);
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
