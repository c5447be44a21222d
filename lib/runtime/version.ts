import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The version of this package, as its package.json says it: beside `lib`, or beside the built `dist/lib`. */
export function packageVersion(): string {
  const above = path.resolve(import.meta.dirname, '..', '..');
  const root = path.basename(above) === 'dist' ? path.dirname(above) : above;
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
