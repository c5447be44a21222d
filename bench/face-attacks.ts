/**
 * Writes pictures of live people and of attacks, rendered from the portraits of a package, as `npm run face:eval`
 * takes them: `<folder>/live` and `<folder>/attacks/<kind>`.
 *
 *   node bench/face-attacks.ts <folder> [pictures of each person and kind, default 5]
 *
 * The pictures are the same at each run. They are no real prints and screens: the figures show what to look at, and
 * are no test after ISO/IEC 30107-3.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { attack, ATTACK_KINDS, visit } from '../test/support/face-attacks/attacks.ts';
import { PORTRAITS } from '../test/support/face.ts';

const [, , folder, each = '5'] = process.argv;
/** How high the picture of a portrait is, in pixels: from a face of about 310 to one of about 150. */
const SIDES = [640, 480, 360, 280];

if (folder === undefined) throw new Error('Which folder? node bench/face-attacks.ts <folder>');

async function write(part: string, name: string, picture: Buffer): Promise<void> {
  await mkdir(path.join(String(folder), part), { recursive: true });
  await writeFile(path.join(String(folder), part, `${name}.jpg`), picture);
}

for (const [index, [name, of]] of Object.entries(PORTRAITS).entries()) {
  for (let number = 1; number <= Number(each); number += 1) {
    const seed = index * 1000 + number;
    for (const kind of ATTACK_KINDS)
      await write(path.join('attacks', kind), `${name}-${number}`, await attack(kind, of, seed));
    for (const side of SIDES)
      await write('live', `${name}-${side}-${number}`, await visit(of, seed, side));
  }
}
