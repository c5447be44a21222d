import assert from 'node:assert/strict';
import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { agreementKey, rawPublic } from '../../lib/link/trust/agreement.ts';
import { openSealed, sealFor } from '../../lib/link/trust/sealed.ts';

describe('what is sealed for the other side of a link', () => {
  const server = generateKeyPairSync('ed25519');
  const other = generateKeyPairSync('ed25519');

  it('is opened by the holder of the key, under the same label only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const sealed = sealFor(text, server.publicKey, 'card');
        assert.equal(openSealed(sealed, server.privateKey, 'card'), text);
        assert.equal(openSealed(sealed, server.privateKey, 'pin'), undefined);
        assert.equal(openSealed(sealed, other.privateKey, 'card'), undefined);
      }),
      { numRuns: 50 },
    );
  });

  it('does not open once a single bit of it has changed', () => {
    const sealed = Buffer.from(sealFor('0A00B3C4D5', server.publicKey, 'card'), 'base64url');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const opened = openSealed(changed.toString('base64url'), server.privateKey, 'card');
      // The highest bit of a point means nothing to the curve, but the MAC covers it.
      assert.equal(opened, undefined, `bit ${bit}`);
    }
  });

  it('never looks the same twice', () => {
    const seals = Array.from({ length: 20 }, () => sealFor('1', server.publicKey, 'card'));
    assert.equal(new Set(seals.map((seal) => seal.slice(44))).size, seals.length);
  });

  it('is refused where it is too short, or its point is one of those that agree with everybody', () => {
    assert.equal(openSealed('', server.privateKey, 'card'), undefined);
    const zeros = Buffer.alloc(96).toString('base64url');
    assert.equal(openSealed(zeros, server.privateKey, 'card'), undefined);
  });

  it('rests on keys whose halves belong together, whatever the Ed25519 key', () => {
    for (let round = 0; round < 20; round += 1) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const agreed = createPublicKey(agreementKey(privateKey));
      assert.deepEqual(rawPublic(agreementKey(publicKey)), rawPublic(agreed));
      const mine = agreementKey(server.privateKey);
      const there = diffieHellman({ privateKey: mine, publicKey: agreementKey(publicKey) });
      const back = diffieHellman({
        privateKey: agreementKey(privateKey),
        publicKey: agreementKey(server.publicKey),
      });
      assert.deepEqual(there, back);
    }
  });
});
