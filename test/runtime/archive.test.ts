import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { entriesOf, isArchive, openArchive } from '../../lib/runtime/archive.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { zipOf } from '../support/zip.ts';

const LIMIT = 1000;
const text = Buffer.from('the same again, '.repeat(20));
const refused = { code: 'INPUT_INVALID' };

describe('archives of photos', () => {
  it('gives back every file as it was packed, with any bytes and either method', async () => {
    const file = fc.record({
      name: fc.stringMatching(/^[a-z0-9]{1,9}\.jpg$/),
      bytes: fc.uint8Array({ maxLength: LIMIT }),
      method: fc.constantFrom(0, 8),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 5 }), async (files) => {
        const entries = await entriesOf(zipOf(files));
        const read = await Promise.all(entries.map((entry) => entry.read(2 * LIMIT)));
        assert.deepEqual(
          entries.map(({ name }, place) => [name, [...(read[place] ?? [])]]),
          files.map(({ name, bytes }) => [name, [...bytes]]),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('reads one file at a time from the disk, and lists no folders', async () => {
    const folder = makeFolder();
    const file = path.join(folder, 'photos.zip');
    writeFileSync(
      file,
      zipOf([
        { name: 'staff/', bytes: new Uint8Array(0) },
        { name: 'staff/anna.jpg', bytes: text },
      ]),
    );
    const { entries, close } = await openArchive(file);
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['staff/anna.jpg'],
    );
    assert.deepEqual(await entries[0]?.read(LIMIT), text);
    await close();
    removeFolder(folder);
    await assert.rejects(openArchive(file), refused);
  });

  it('refuses a bomb, another size or sum than promised, encryption and unknown methods', async () => {
    const name = 'a.jpg';
    const bomb = Buffer.alloc(50_000);
    for (const wrong of [
      { bytes: bomb },
      { bytes: bomb, size: LIMIT },
      { bytes: text, sum: 1 },
      { bytes: text, flags: 1 },
      { bytes: text, method: 12 },
    ]) {
      const [entry] = await entriesOf(zipOf([{ name, ...wrong }]));
      await assert.rejects(entry?.read(LIMIT) ?? assert.fail(), refused);
    }
  });

  it('refuses what is no archive, or cut off or damaged anywhere, and never crashes', async () => {
    const whole = zipOf([{ name: 'a.jpg', bytes: text }]);
    assert.ok(isArchive(whole));
    assert.equal(isArchive(text), false);
    const damage = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(damage, fc.boolean(), async ({ at, byte }, isCut) => {
        const bytes = isCut ? whole.subarray(0, at) : Buffer.from(whole);
        if (!isCut) bytes[at] = byte;
        try {
          for (const entry of await entriesOf(bytes)) {
            assert.deepEqual(await entry.read(LIMIT), text);
          }
        } catch (error) {
          assert.equal((error as { code?: unknown }).code, 'INPUT_INVALID');
        }
      }),
      { numRuns: 500 },
    );
  });
});
