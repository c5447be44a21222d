import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Sealing } from '../../lib/runtime/sealing.ts';

describe('sealing of secrets in messages', () => {
  const sealing = new Sealing();

  it('gives back what it has sealed, and never seals alike', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 64 }), (secret) => {
        const sealed = sealing.seal(secret);
        assert.equal(sealing.open(sealed), secret);
        assert.notEqual(sealing.seal(secret), sealed);
      }),
    );
  });

  it('fits into a reference, even for the longest PIN', () => {
    assert.ok(sealing.seal('12345678').length <= 512);
  });

  it('refuses a value with any byte changed', () => {
    const sealed = Buffer.from(sealing.seal('4711'), 'base64url');
    for (const place of sealed.keys()) {
      const changed = Buffer.from(sealed);
      changed[place] = (changed[place] ?? 0) ^ 1;
      assert.throws(() => sealing.open(changed.toString('base64url')), { code: 'INPUT_INVALID' });
    }
  });

  for (const [name, value] of [
    ['nothing', ''],
    ['a plain PIN', '4711'],
    ['half a tag', Buffer.alloc(20).toString('base64url')],
    ['what another process has sealed', new Sealing().seal('4711')],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.throws(() => sealing.open(value), { code: 'INPUT_INVALID' });
    });
  }
});
