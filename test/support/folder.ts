import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder under the system's folder for temporary files. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'gatewire-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
