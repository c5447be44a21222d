import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deriveKeys } from '../../lib/engine/keys.ts';
import { maskValue, printable } from '../../lib/engine/masking.ts';
import { hashPin, pinWeakness, verifyNothing, verifyPin } from '../../lib/engine/pin.ts';
import { createSecrets } from '../../lib/engine/secrets.ts';

const secrets = createSecrets(deriveKeys(Buffer.alloc(32, 1)));
const strangers = createSecrets(deriveKeys(Buffer.alloc(32, 2)));

describe('engine: secrets', () => {
  it('finds a value by a digest of 128 bits that depends on key, type and value', () => {
    const digest = secrets.lookup('card', '04A1B2C3');
    assert.match(digest, /^[A-Za-z0-9_-]{22}$/);
    assert.equal(secrets.lookup('card', '04A1B2C3'), digest);
    assert.notEqual(secrets.lookup('bluetooth', '04A1B2C3'), digest);
    assert.notEqual(secrets.lookup('card', '04A1B2C4'), digest);
    assert.notEqual(strangers.lookup('card', '04A1B2C3'), digest);
  });

  it('uses another digest in the log than for look-up', () => {
    assert.notEqual(secrets.logDigest('pin', '473911'), secrets.lookup('pin', '473911'));
  });

  it('opens what it has sealed, and never seals the same way twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2048 }), (plain) => {
        const sealed = secrets.seal('c1', 'template', plain);
        assert.deepEqual(Buffer.from(secrets.open('c1', 'template', sealed)), Buffer.from(plain));
        assert.notDeepEqual(secrets.seal('c1', 'template', plain), sealed);
      }),
    );
  });

  it('opens nothing that was changed, moved or sealed with another key', () => {
    const sealed = secrets.seal('c1', 'value', Buffer.from('04A1B2C3'));
    const refused = { code: 'KEY_MISMATCH' };
    assert.throws(() => secrets.open('c2', 'value', sealed), refused);
    assert.throws(() => secrets.open('c1', 'template', sealed), refused);
    assert.throws(() => strangers.open('c1', 'value', sealed), refused);
    assert.throws(() => secrets.open('c1', 'value', new Uint8Array()), refused);
    for (let byte = 0; byte < sealed.length; byte += 1) {
      const changed = Uint8Array.from(sealed, (value, index) =>
        index === byte ? value ^ 1 : value,
      );
      assert.throws(() => secrets.open('c1', 'value', changed), refused);
    }
  });

  it('keeps a PIN as a salted hash that only the PIN fits', async () => {
    const hash = await hashPin('473911');
    assert.equal(Buffer.from(hash).includes('473911'), false);
    assert.equal(await verifyPin('473911', hash), true);
    assert.equal(await verifyPin('473912', hash), false);
    assert.equal(await verifyPin('473911', hash.subarray(1)), false);
    assert.notDeepEqual(await hashPin('473911'), hash);
    assert.equal(await verifyNothing('473911'), false);
  });

  it('names what makes a PIN too easy', () => {
    for (const pin of [
      '0000',
      '777777',
      '1234',
      '9876',
      '7890',
      '3210',
      '12345678',
      '1987',
      '2011',
    ]) {
      assert.notEqual(pinWeakness(pin), undefined, pin);
    }
    for (const pin of ['1212', '123123', '47114711', '2580', '147258', '112233']) {
      assert.notEqual(pinWeakness(pin), undefined, pin);
    }
    for (const pin of ['4739', '473911', '90210', '38271946', '1800', '2046']) {
      assert.equal(pinWeakness(pin), undefined, pin);
    }
  });

  it('masks values: at most a quarter and four characters stay, of a PIN nothing', () => {
    assert.equal(maskValue('card', '04A1B2C3'), '****C3');
    assert.equal(maskValue('card', '04A1B2C3D4E5F6'), '****5F6');
    assert.equal(maskValue('qr', 'x'.repeat(60) + 'ABCD'), '****ABCD');
    assert.equal(maskValue('plate', 'AB1'), '****');
    assert.equal(maskValue('pin', '47391122'), '****');
  });

  it('makes text from outside harmless for a log', () => {
    assert.equal(
      printable('a\r\nb\u001b[31m\u202ec\u0000'),
      'a\ufffd\ufffdb\ufffd[31m\ufffdc\ufffd',
    );
    assert.equal(printable('x'.repeat(5000)).length, 256);
  });
});
