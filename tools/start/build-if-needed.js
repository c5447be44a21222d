import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { alone } from '../set-up-lock.cjs';

const SOURCES = ['lib', 'nodes', 'tools/build.js', 'package.json'];

/** Builds dist/ when it is missing, not whole, or older than a source. Throws one clear sentence if that fails. */
export function buildIfNeeded(root) {
  if (isBuilt(root)) return;
  alone(root, () => {
    if (!isBuilt(root)) build(root);
  });
}

function isBuilt(root) {
  const built = path.join(root, 'dist', '.built');
  const sources = SOURCES.map((source) => path.join(root, source));
  return existsSync(built) && newest(sources) <= statSync(built).mtimeMs;
}

function build(root) {
  if (!existsSync(path.join(root, 'node_modules', 'typescript'))) {
    throw new Error(
      'The build tools are missing; run "npm ci --ignore-scripts" in the checkout, with its dev dependencies.',
    );
  }
  console.log('Building …');
  const result = spawnSync(process.execPath, [path.join(root, 'tools', 'build.js')], {
    stdio: 'inherit',
  });
  if (result.status !== 0) throw new Error('The build failed; its own words are above.');
}

function newest(paths) {
  return Math.max(...paths.map((entry) => newestIn(entry)));
}

function newestIn(entry) {
  const stats = statSync(entry);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(
    stats.mtimeMs,
    ...readdirSync(entry).map((name) => newestIn(path.join(entry, name))),
  );
}
