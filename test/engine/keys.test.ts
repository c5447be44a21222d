import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveKeys, readKeys } from '../../lib/engine/keys.ts';
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
    assert.equal(readKeys({ folder, env: {} }).check, keys.check);
  });

  it('makes no new key for a database that has lost its own', () => {
    writeFileSync(join(folder, 'gateway.db'), '');
    assert.throws(() => readKeys({ folder, env: {} }), { code: 'KEY_MISMATCH' });
    assert.equal(existsSync(join(folder, 'engine.key')), false);
  });

  it('prefers the environment, then the named file, then the folder', () => {
    const file = join(folder, 'other.key');
    writeFileSync(file, OTHER);
    const check = (master: string): string => deriveKeys(Buffer.from(master, 'hex')).check;
    const env = { GATEWIRE_MASTER_KEY: KEY, GATEWIRE_KEY_FILE: file };
    assert.equal(readKeys({ folder, env }).check, check(KEY));
    assert.equal(readKeys({ folder, env: { GATEWIRE_KEY_FILE: file } }).check, check(OTHER));
    assert.equal(readKeys({ folder, keyFile: file, env: {} }).check, check(OTHER));
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
    const { check, ...keys } = deriveKeys(Buffer.from(KEY, 'hex'));
    const all = [...Object.values(keys).map((key) => key.toString('hex')), check, KEY];
    assert.equal(new Set(all).size, all.length);
    assert.notDeepEqual(deriveKeys(Buffer.from(OTHER, 'hex')).check, check);
  });
});
