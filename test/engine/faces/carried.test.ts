import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CARRIED_MARK, readCarried, writeCarried } from '../../../lib/engine/faces/carried-text.ts';
import type { EngineService } from '../../../lib/engine/facade.ts';
import { fromBase45, toBase45 } from '../../../lib/readers/base45.ts';
import { modelOf } from '../../face/support.ts';
import { TestClock } from '../../support/clock.ts';
import { openSampleEngine } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import { consent, done, MODEL, remove, templateOf } from './support.ts';

const KEYS = Buffer.alloc(64, 1);
const OTHERS = Buffer.alloc(64, 2);
const CONSENT = { text: 'v1', language: 'en' };

describe('templates that their owners carry', () => {
  it('are written in the 45 characters of a QR code, and read back', () => {
    assert.equal(toBase45(Buffer.from('ietf!')), 'QED8WEX0'); // RFC 9285, 4.4
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        assert.deepEqual([...fromBase45(toBase45(bytes))], [...bytes]);
      }),
    );
    for (const wrong of ['0', 'GGW', ':::', 'a00', '::', '0000']) {
      assert.throws(() => fromBase45(wrong), { code: 'INPUT_INVALID' });
    }
  });

  it('fit a QR code of version 18, and open with the keys and the model of the site only', () => {
    const template = new Uint8Array(512).fill(64);
    const carried = { credential: 'a'.repeat(36), template };
    const text = writeCarried(KEYS, carried, MODEL);
    assert.ok(text.length <= 909, `${text.length}`); // alphanumeric, level M
    const opened = readCarried(KEYS, text, MODEL);
    assert.deepEqual(
      [opened.credential, [...opened.template]],
      [carried.credential, [...template]],
    );
    assert.throws(() => readCarried(OTHERS, text, MODEL), { code: 'INPUT_INVALID' });
    assert.throws(() => readCarried(KEYS, text, modelOf(65)), { code: 'MODEL_MISMATCH' });
  });

  it('are refused when a single character is changed, or anything is cut off or added', () => {
    const text = writeCarried(KEYS, { credential: 'c', template: Buffer.alloc(64, 64) }, MODEL);
    const change = fc.record({ at: fc.nat(text.length - 1), to: fc.stringMatching(/^[0-9A-Z]$/) });
    fc.assert(
      fc.property(change, ({ at, to }) => {
        fc.pre(text[at] !== to);
        const forged = text.slice(0, at) + to + text.slice(at + 1);
        assert.throws(() => readCarried(KEYS, forged, MODEL), { code: 'INPUT_INVALID' });
      }),
    );
    for (const forged of [text.slice(0, -3), `${text}000`, text.slice(CARRIED_MARK.length), '']) {
      assert.throws(() => readCarried(KEYS, forged, MODEL), { code: 'INPUT_INVALID' });
    }
  });

  describe('in the engine', () => {
    let folder: string;
    let engine: EngineService;
    const made = { template: templateOf(1), model: MODEL };
    const issue = () =>
      engine.issueCarried({ person: 'anna', made, author: 'desk', consent: CONSENT });

    beforeEach(async () => {
      folder = makeFolder();
      engine = await openSampleEngine(folder, new TestClock());
      const days = { keepAfterValidity: 30, keepAfterWithdrawal: 0 };
      await engine.configureFaces({ mode: 'carried', ...days });
      await engine.useFaceModel({ model: MODEL });
    });
    afterEach(async () => {
      await engine.close();
      removeFolder(folder);
    });

    it('are stored nowhere, and say whose they are', async () => {
      const { credential, carried } = await issue();
      const opened = await engine.openCarried({ carried });
      assert.deepEqual(opened, { credential, person: 'anna', template: made.template });
      assert.equal((await engine.faceState({})).templates, 0);
    });

    it('count no more when there is a newer one, or the credential is gone', async () => {
      const first = await issue();
      const second = await issue();
      await assert.rejects(engine.openCarried(first), { code: 'INPUT_INVALID' }); // closed form
      await assert.rejects(engine.openCarried({ carried: first.carried }), { code: 'NOT_FOUND' });
      await done(engine, remove('credential', second.credential));
      await assert.rejects(engine.openCarried({ carried: second.carried }), { code: 'NOT_FOUND' });
    });

    it('need a consent, a known person, and the mode of the site', async () => {
      const without = { person: 'boris', made, author: 'desk' };
      await assert.rejects(engine.issueCarried(without), { code: 'FORBIDDEN' });
      await assert.rejects(engine.issueCarried({ ...without, person: 'none', consent: CONSENT }), {
        code: 'NOT_FOUND',
      });
      await done(engine, consent('boris'));
      const { carried } = await engine.issueCarried(without);
      await done(engine, consent('boris', { withdrawnAt: 2 }));
      await assert.rejects(engine.openCarried({ carried }), { code: 'FORBIDDEN' });
      await engine.configureFaces({ mode: 'off', keepAfterValidity: 0, keepAfterWithdrawal: 0 });
      await assert.rejects(issue(), { code: 'FORBIDDEN' });
    });
  });
});
