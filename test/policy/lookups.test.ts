import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Lookups } from '../../lib/policy/lookups.ts';
import { digestOf } from './support/site.ts';

/** Digests that all want the same place in the table, so that gaps have to be closed behind them. */
const CROWDED = Array.from({ length: 8 }, (_, index) => `AAAA${digestOf(String(index)).slice(4)}`);
const FREE = Array.from({ length: 8 }, (_, index) => digestOf(`free ${index}`));

describe('the table of digests', () => {
  it('tells apart every character and every type', () => {
    const lookups = new Lookups();
    const digest = digestOf('one');
    lookups.add(3, 2, digest);
    assert.equal(lookups.find(2, digest), 3);
    assert.equal(lookups.find(1, digest), -1);
    for (let at = 0; at < digest.length; at++) {
      const other = digest.slice(0, at) + (digest[at] === 'x' ? 'y' : 'x') + digest.slice(at + 1);
      assert.equal(lookups.find(2, other), -1);
    }
  });

  it('finds nothing for what is no digest', () => {
    const lookups = new Lookups();
    for (const text of ['', 'short', 'x'.repeat(23), `${'x'.repeat(21)}é`, `${'x'.repeat(21)}好`]) {
      lookups.add(0, 0, text);
      assert.equal(lookups.find(0, text), -1);
    }
  });

  it('behaves as a map of sets while entries come and go, crowded or not', () => {
    const operation = fc.record({
      digest: fc.constantFrom(...CROWDED, ...FREE),
      credential: fc.integer({ min: 0, max: 20 }),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60, size: 'max' }), (operations) => {
        const lookups = new Lookups();
        const stored = new Map<number, string>();
        for (const { digest, credential, remove } of operations) {
          lookups.delete(credential);
          stored.delete(credential);
          if (remove) continue;
          lookups.add(credential, 0, digest);
          stored.set(credential, digest);
        }
        for (const digest of [...CROWDED, ...FREE]) {
          const expected = [...stored].filter(([, own]) => own === digest).map(([id]) => id);
          const found = lookups.findAll(0, digest);
          assert.deepEqual(new Set(found), new Set(expected));
          assert.equal(found.length, expected.length);
          assert.equal(lookups.find(0, digest), found[0] ?? -1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps everything while it grows', () => {
    const lookups = new Lookups();
    const digests = Array.from({ length: 3000 }, (_, index) => digestOf(`grow ${index}`));
    for (const [index, digest] of digests.entries()) lookups.add(index, 4, digest);
    for (const [index, digest] of digests.entries()) assert.equal(lookups.find(4, digest), index);
  });
});
