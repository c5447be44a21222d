import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PairingDesk } from '../../lib/link/trust/pairing-desk.ts';
import {
  CODE_LIFE,
  CODE_TRIES,
  isProof,
  newPairingCode,
  pairingPassword,
  pairingProof,
  pairingSecret,
  type PairingRequest,
} from '../../lib/link/trust/pairing.ts';

const SERVER_KEY = randomBytes(32).toString('base64url');
const GATEWAY_KEY = randomBytes(32).toString('base64url');

async function request(code: string, more: Partial<PairingRequest> = {}): Promise<PairingRequest> {
  const said = {
    site: 'park',
    gateway: 'gate-1',
    key: GATEWAY_KEY,
    nonce: randomBytes(16).toString('base64url'),
  };
  const secret = await pairingSecret(code, said);
  return { ...said, proof: pairingProof(secret, said), ...more };
}

describe('pairing', () => {
  let now: number;
  let desk: PairingDesk;

  beforeEach(() => {
    now = 0;
    desk = new PairingDesk({ monotonic: () => now }, SERVER_KEY);
  });

  it('gives each side the key of the other, however the code was typed', async () => {
    const code = desk.invite('park', 'gate-1');
    assert.match(code, /^[A-Z2-9]{5}-[A-Z2-9]{5}$/);
    const asked = await request(` ${code.toLowerCase().replace('-', ' ')}`);
    const welcome = await desk.take(asked);
    assert.ok('answer' in welcome);
    const { answer } = welcome;
    assert.equal(answer.key, SERVER_KEY);
    const secret = await pairingSecret(code, asked);
    assert.ok(isProof(answer.proof, pairingProof(secret, answer, asked)));
  });

  it('takes a gateway in once', async () => {
    const code = desk.invite('park', 'gate-1');
    const asked = await request(code);
    const answers = await Promise.all([desk.take(asked), desk.take(asked)]);
    assert.equal(answers.filter((one) => 'answer' in one).length, 1);
    assert.deepEqual(await desk.take(asked), { refusal: 'notExpected' });
  });

  it('refuses another key in the place of the one that was proved, and another gateway', async () => {
    const code = desk.invite('park', 'gate-1');
    const key = randomBytes(32).toString('base64url');
    assert.deepEqual(await desk.take(await request(code, { key })), { refusal: 'wrongCode' });
    const other = await request(code, { gateway: 'gate-2' });
    assert.deepEqual(await desk.take(other), { refusal: 'notExpected' });
  });

  it('gives nobody more than a few tries, and no time without end', async () => {
    const code = desk.invite('park', 'gate-1');
    const wrong = await request(newPairingCode());
    for (let count = 0; count < CODE_TRIES; count += 1) {
      assert.deepEqual(await desk.take(wrong), { refusal: 'wrongCode' });
    }
    assert.deepEqual(await desk.take(await request(code)), { refusal: 'tooManyTries' });
    const next = desk.invite('park', 'gate-1');
    now += CODE_LIFE;
    assert.deepEqual(await desk.take(await request(next)), { refusal: 'expired' });
  });

  it('proves the answer for this very request only', async () => {
    const code = desk.invite('park', 'gate-1');
    const asked = await request(code);
    const welcome = await desk.take(asked);
    assert.ok('answer' in welcome);
    const { answer } = welcome;
    const secret = await pairingSecret(code, asked);
    const other = await request(code);
    assert.equal(isProof(answer.proof, pairingProof(secret, answer, other)), false);
    assert.equal(
      isProof(answer.proof, pairingProof(secret, { ...answer, key: GATEWAY_KEY }, asked)),
      false,
    );
  });

  it('expects a gateway from its invitation until it was taken in or the code has expired', async () => {
    const who = { site: 'park', gateway: 'gate-1' };
    assert.equal(desk.expects(who), false);
    const code = desk.invite('park', 'gate-1');
    assert.equal(desk.expects(who), true);
    await desk.take(await request(code));
    assert.equal(desk.expects(who), false);
    desk.invite('park', 'gate-1');
    now += CODE_LIFE;
    assert.equal(desk.expects(who), false);
  });

  it('gives both sides a password that is new each time', async () => {
    const passwords = [];
    for (let count = 0; count < 2; count += 1) {
      const code = desk.invite('park', 'gate-1');
      const asked = await request(code);
      const welcome = await desk.take(asked);
      assert.ok('answer' in welcome);
      const secret = await pairingSecret(code, asked);
      assert.equal(welcome.password, pairingPassword(secret, asked, welcome.answer));
      passwords.push(welcome.password);
    }
    assert.notEqual(passwords[0], passwords[1]);
  });

  it('makes codes that are not alike', () => {
    const codes = new Set(Array.from({ length: 2000 }, newPairingCode));
    assert.equal(codes.size, 2000);
  });
});
