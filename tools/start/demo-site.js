import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readKeys } from '../../dist/lib/engine/keys.js';
import { createEngine } from '../../dist/lib/engine/service.js';
import { ENTITY_KINDS } from '../../dist/lib/model/entity.js';

/** Puts the demo people into the database of a new installation. Returns how many there are. */
export async function seedDemoSite(data, file) {
  const entities = JSON.parse(readFileSync(file, 'utf8'));
  const changes = ENTITY_KINDS.flatMap((kind) =>
    (entities[kind] ?? []).map((value) => ({ op: 'put', kind, value })),
  );
  const folder = path.join(data, 'gatewire', 'demo');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys = readKeys({ folder, keyFile: path.join(data, 'secrets', 'engine.key') });
  const engine = await createEngine({ folder, keys });
  try {
    await engine.change({ changes, options: { author: 'demo' } });
  } finally {
    await engine.close();
  }
  return entities.person.length;
}
