import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveKeys, readKeys, type EngineKeys } from '../../lib/engine/keys.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';

const KEY = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

describe('engine: keys', () => {
  let folder: string;
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => {
    removeFolder(folder);
  });

  it('makes a key file on first use that only its owner can read', () => {
    const keys = readKeys({ folder, env: {} });
    const file = join(folder, 'engine.key');
    assert.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readKeys({ folder, env: {} }), keys);
  });

  it('makes no new key for a database that has lost its own', () => {
    writeFileSync(join(folder, 'gateway.db'), '');
    assert.throws(() => readKeys({ folder, env: {} }), { code: 'KEY_MISMATCH' });
    assert.equal(existsSync(join(folder, 'engine.key')), false);
  });

  it('prefers the environment, then the named file, then the folder', () => {
    const file = join(folder, 'other.key');
    writeFileSync(file, OTHER);
    const expected = (master: string): EngineKeys => deriveKeys(Buffer.from(master, 'hex'));
    const env = { GATEWIRE_MASTER_KEY: KEY, GATEWIRE_KEY_FILE: file };
    assert.deepEqual(readKeys({ folder, env }), expected(KEY));
    assert.deepEqual(readKeys({ folder, env: { GATEWIRE_KEY_FILE: file } }), expected(OTHER));
    assert.deepEqual(readKeys({ folder, keyFile: file, env: {} }), expected(OTHER));
    assert.equal(existsSync(join(folder, 'engine.key')), false);
  });

  it('refuses a malformed key without repeating it', () => {
    for (const bad of ['secret-but-short', 'zz'.repeat(32), `${KEY}00`]) {
      assert.throws(
        () => readKeys({ folder, env: { GATEWIRE_MASTER_KEY: bad } }),
        (error: Error & { code?: string }) =>
          error.code === 'KEY_MISMATCH' && !error.message.includes(bad),
      );
    }
    assert.throws(() => readKeys({ folder, keyFile: join(folder, 'none'), env: {} }), {
      code: 'KEY_MISMATCH',
    });
  });

  it('derives a different key for every purpose', () => {
    const hex = (master: string): string[] =>
      Object.values(deriveKeys(Buffer.from(master, 'hex'))).map((key: Buffer) =>
        key.toString('hex'),
      );
    const all = [...hex(KEY), ...hex(OTHER), KEY, OTHER];
    assert.equal(new Set(all).size, all.length);
  });
});
