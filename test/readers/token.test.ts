import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { CREDENTIAL_FORMS, TokenKey } from '../../lib/model/credential.ts';
import { parser } from '../../lib/model/parse.ts';
import { issueToken } from '../../lib/readers/token/issue.ts';
import type { TokenRequest } from '../../lib/readers/token/issue.ts';
import { createTokenKeys, signText } from '../../lib/readers/token/keys.ts';
import { isToken, parseToken } from '../../lib/readers/token/token.ts';
import { verifyToken } from '../../lib/readers/token/verify.ts';
import { throwsCode } from './support.ts';

const NOW = 1_760_000_000_000;
const REQUEST: TokenRequest = {
  site: 'hq',
  accessPoints: ['gate-1', 'gate-2'],
  credential: 'K7F3-QX91',
  life: 30,
};
const CONTEXT = { site: 'hq', accessPoint: 'gate-2', now: NOW };
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Made by openssl and Python from the description in docs/qr-token.md. */
const SIGNED = 'GW1:hq:gate-1,gate-2:K7F3-QX91:AAECAwQFBgcICQoLDA0ODw:1760000000:30';
const VECTORS = {
  ed25519: {
    signing: 'nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=',
    checking: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    token: `${SIGNED}:WyeumVm4MLLUSU6eU6XuoD1nAwNfTppR_7P_2Cm38ey4WvzHK3BwRCP0UECtzbpqjOsR7LIwkggqe-8sNFEJBg`,
  },
  hmac: {
    signing: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    checking: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    token: `${SIGNED}:b0I6yMcv3N-PraG7g4N_WL1c3S5CommVCp6GIp68Jyc`,
  },
} as const;

for (const algorithm of ['ed25519', 'hmac'] as const) {
  const { signing, checking } = createTokenKeys(algorithm);
  const issue = (change: Partial<TokenRequest> = {}, now = NOW) =>
    issueToken({ ...REQUEST, ...change }, signing, now);
  const verify = (token: string, change: Partial<typeof CONTEXT> = {}) =>
    verifyToken(token, checking, { ...CONTEXT, ...change });
  /** Signs a text that `issueToken` would not make. */
  const forge = (text: string) => `${text}:${signText(text, signing)}`;

  describe(`dynamic QR token, ${algorithm}`, () => {
    it('is made and checked as the test vector says', () => {
      const vector = VECTORS[algorithm];
      const key = { algorithm, key: vector.signing };
      const nonce = 'AAECAwQFBgcICQoLDA0ODw';
      assert.equal(issueToken({ ...REQUEST, nonce }, key, NOW + 999), vector.token);
      assert.deepEqual(verifyToken(vector.token, { algorithm, key: vector.checking }, CONTEXT), {
        result: 'ok',
        credential: 'K7F3-QX91',
        tokenId: 'kR_QCNdjARGjs4JdskAvRS',
        expires: NOW + 30_000,
      });
    });

    it('opens at each of its access points and nowhere else', () => {
      const token = issue();
      assert.equal(verify(token, { accessPoint: 'gate-1' }).result, 'ok');
      assert.equal(verify(token, { accessPoint: 'gate-2' }).result, 'ok');
      assert.deepEqual(verify(token, { accessPoint: 'gate-3' }), {
        result: 'tokenInvalid',
        why: 'accessPoint',
      });
      assert.equal(verify(token, { accessPoint: 'gate-1,gate-2' }).result, 'tokenInvalid');
      assert.deepEqual(verify(token, { site: 'other' }), { result: 'tokenInvalid', why: 'site' });
    });

    it('lives from 5 s before its issue to its end, and not a millisecond longer', () => {
      const token = issue({ life: 10 });
      const result = (now: number) => verify(token, { now });
      assert.equal(result(NOW - 5000).result, 'ok');
      assert.deepEqual(result(NOW - 5001), { result: 'tokenExpired', why: 'early' });
      assert.equal(result(NOW + 9999).result, 'ok');
      assert.deepEqual(result(NOW + 10_000), { result: 'tokenExpired', why: 'late' });
      assert.deepEqual(result(Number.NaN), { result: 'tokenExpired', why: 'late' });
    });

    it('that claims a life of more than 30 s is refused, however well it is signed', () => {
      for (const life of ['31', '60', '9999']) {
        const token = forge(SIGNED.replace(/30$/, life));
        assert.deepEqual(verify(token), { result: 'tokenInvalid', why: 'life' }, life);
      }
      for (const life of [0, 31, 1.5, -1, Number.NaN]) {
        throwsCode('INPUT_INVALID', () => issue({ life }), /1 to 30 seconds/);
      }
    });

    it('has an id for single use: the same for a token shown again, another for each new one', () => {
      const idOf = (token: string) => {
        const verdict = verify(token);
        assert.ok(verdict.result === 'ok');
        return verdict.tokenId;
      };
      const token = issue();
      assert.equal(idOf(token), idOf(token));
      const ids = new Set(Array.from({ length: 200 }, () => idOf(issue())));
      assert.equal(ids.size, 200);
      const nonce = 'n'.repeat(16);
      assert.equal(
        idOf(issue({ nonce })),
        idOf(issue({ nonce, life: 29 })),
        'whatever else it says',
      );
      assert.notEqual(idOf(issue({ nonce })), idOf(issue({ nonce, credential: 'OTHER' })));
    });

    it('is refused with any single character changed, added or left out', function () {
      this.timeout(20_000);
      const token = issue();
      const last = token.length - 1;
      for (let at = 0; at <= last; at += 1) {
        for (const character of at === last ? BASE64URL : 'Ab9-_:,%') {
          const changed = token.slice(0, at) + character + token.slice(at + 1);
          if (changed !== token) assert.notEqual(verify(changed).result, 'ok', changed);
        }
        assert.notEqual(verify(token.slice(0, at) + token.slice(at + 1)).result, 'ok');
      }
      for (const more of ['=', 'A', ' ', '\n'])
        assert.equal(verify(token + more).result, 'malformed');
    });

    it('cannot be forged: 10,000 attempts, none verifies', function () {
      this.timeout(60_000);
      const other = createTokenKeys(algorithm).signing;
      const signatureOf = (token: string) => token.slice(token.lastIndexOf(':') + 1);
      const textOf = (token: string) => token.slice(0, token.lastIndexOf(':'));
      const genuine = issue();
      const length = Buffer.from(signatureOf(genuine), 'base64url').length;
      const random = fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((bytes) => Buffer.from(bytes).toString('base64url'));
      const foreign = Array.from({ length: 100 }, (_, index) => {
        const points = index % 2 === 0 ? ['gate-2'] : REQUEST.accessPoints;
        const change = { life: (index % 30) + 1, accessPoints: points };
        return issueToken({ ...REQUEST, ...change }, other, NOW);
      });
      const signature = fc.oneof(
        random,
        fc.constant(signatureOf(genuine)),
        fc.constantFrom(...foreign.map(signatureOf)),
        fc.constant('A'.repeat(signatureOf(genuine).length)),
      );
      fc.assert(
        fc.property(fc.constantFrom(...foreign.map(textOf)), signature, (text, end) => {
          assert.deepEqual(verify(`${text}:${end}`), { result: 'tokenInvalid', why: 'signature' });
        }),
        { numRuns: 10_000 },
      );
    });

    it('is not verified by a key of the other kind, or by one that is none', () => {
      const token = issue();
      const foreign = createTokenKeys(algorithm === 'hmac' ? 'ed25519' : 'hmac').checking;
      assert.equal(verifyToken(token, foreign, CONTEXT).result, 'tokenInvalid');
      for (const key of ['', 'AAAA', 'not base64!', 'A'.repeat(88)]) {
        assert.equal(verifyToken(token, { algorithm, key }, CONTEXT).result, 'tokenInvalid', key);
      }
      const confused = {
        algorithm: algorithm === 'hmac' ? 'ed25519' : 'hmac',
        key: checking.key,
      } as const;
      assert.equal(verifyToken(token, confused, CONTEXT).result, 'tokenInvalid');
    });

    it('carries any ids in any script', () => {
      const id = fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
        .filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));
      const credential = fc
        .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 10 })
        .filter((text) => CREDENTIAL_FORMS.qr.pattern.test(text));
      fc.assert(
        fc.property(id, id, credential, (site, accessPoint, value) => {
          const request = { site, accessPoints: [accessPoint], credential: value, life: 30 };
          const escaped = encodeURIComponent(site + accessPoint + value).length;
          fc.pre(escaped < 120);
          const token = issueToken(request, signing, NOW);
          const verdict = verify(token, { site, accessPoint });
          assert.ok(verdict.result === 'ok' && verdict.credential === value);
        }),
      );
    });
  });
}

describe('dynamic QR token', () => {
  const { signing } = createTokenKeys('hmac');

  it('is malformed if it is not built as described, before any key is asked for', () => {
    const signature = 'A'.repeat(43);
    const texts = [
      '',
      'GW1:',
      'VISIT-0815',
      SIGNED,
      `${SIGNED}:short`,
      `${SIGNED.replace('GW1', 'GW2')}:${signature}`,
      `${SIGNED.replace('GW1', 'gw1')}:${signature}`,
      `${SIGNED.replace('hq', '')}:${signature}`,
      `${SIGNED.replace('hq', '%')}:${signature}`,
      `${SIGNED.replace('hq', '%ff')}:${signature}`,
      `${SIGNED.replace('hq', 'h q')}:${signature}`,
      `${SIGNED.replace('gate-1,gate-2', 'a,b,c,d,e')}:${signature}`,
      `${SIGNED.replace('gate-1,gate-2', 'a,')}:${signature}`,
      `${SIGNED.replace('K7F3-QX91', '%00')}:${signature}`,
      `${SIGNED.replace('K7F3-QX91', 'x'.repeat(65))}:${signature}`,
      `${SIGNED.replace('AAECAwQFBgcICQoLDA0ODw', 'tooShort')}:${signature}`,
      `${SIGNED.replace('1760000000', '01760000000')}:${signature}`,
      `${SIGNED.replace('1760000000', '1.76e9')}:${signature}`,
      `${SIGNED.replace(/30$/, '030')}:${signature}`,
      `${SIGNED.replace(/30$/, '-1')}:${signature}`,
      `${SIGNED.replace(/30$/, '99999')}:${signature}`,
      `${SIGNED.replace('hq', 'h'.repeat(150))}:${'A'.repeat(86)}`,
    ];
    for (const text of texts) {
      assert.equal(parseToken(text), undefined, text);
      assert.equal(verifyToken(text, signing, CONTEXT).result, 'malformed');
    }
  });

  it('tells whose key is needed before it is believed', () => {
    const token = issueToken(REQUEST, signing, NOW);
    assert.equal(parseToken(token)?.claims.credential, 'K7F3-QX91');
    assert.equal(isToken(token), true);
    assert.equal(isToken('K7F3-QX91'), false);
  });

  it('is at most 256 characters: ids that are too long are refused when it is made', () => {
    throwsCode(
      'INPUT_INVALID',
      () => issueToken({ ...REQUEST, accessPoints: ['a', 'b', 'c', 'd', 'e'] }, signing, NOW),
      /256 characters/,
    );
    const site = '字'.repeat(36);
    throwsCode('INPUT_INVALID', () => issueToken({ ...REQUEST, site }, signing, NOW), /256/);
    const uuid = '0198c7a2-7b1e-7c3d-9e4f-0123456789ab';
    const ed = createTokenKeys('ed25519');
    const token = issueToken(
      { site: uuid, accessPoints: [uuid], credential: 'x'.repeat(40), life: 30 },
      ed.signing,
      NOW,
    );
    assert.ok(token.length <= 256);
  });

  it('is described with these vectors', () => {
    const page = readFileSync(new URL('../../docs/qr-token.md', import.meta.url), 'utf8');
    for (const { token } of Object.values(VECTORS)) assert.ok(page.includes(`\n${token}\n`));
  });

  it('has keys of the stored form, and keys of another length are refused where they are made', () => {
    const keys = parser(TokenKey);
    for (const algorithm of ['ed25519', 'hmac'] as const) {
      assert.ok(keys.check(createTokenKeys(algorithm).checking));
      const short = { algorithm, key: 'AAAA' };
      throwsCode('INPUT_INVALID', () => issueToken(REQUEST, short, NOW), /token key/);
    }
  });
});
