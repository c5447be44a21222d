import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { ChangeReport } from '../../lib/engine/engine.ts';
import type { Change } from '../../lib/model/entity.ts';
import { TestClock } from '../support/clock.ts';
import { newest, openSampleEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ANNA_CARD, ANNA_PIN, SAMPLE_CONFIG } from '../support/sample-site.ts';

describe('engine: administration', () => {
  let folder: string;
  let engine: EngineService;

  before(async () => {
    folder = makeFolder();
    engine = await openSampleEngine(folder, new TestClock());
  });
  after(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const put = (kind: Change['kind'], value: Record<string, unknown>): Change => ({
    op: 'put',
    kind,
    value,
  });
  const change = (changes: Change[], atomic = true): Promise<ChangeReport> =>
    engine.change({ changes, options: { author: 'anna', atomic } });
  const credential = (value: Record<string, unknown>): Change =>
    put('credential', { id: 'new', person: 'boris', ...value });

  /** The message of the only failure. */
  async function refusal(one: Change): Promise<string> {
    const report = await change([one]);
    assert.equal(report.applied, 0);
    assert.equal(report.failed.length, 1);
    return `${report.failed[0]?.code} ${report.failed[0]?.message}`;
  }

  it('refuses values that do not fit their type, and says why without repeating them', async () => {
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ type: 'card', value: '0412' }, /4 to 32 bytes/],
      [{ type: 'card', value: '08A1B2C3' }, /new random number at each tap/],
      [{ type: 'pin', value: '123' }, /4 to 8 digits/],
      [{ type: 'pin', value: '777777' }, /repeats itself/],
      [{ type: 'qr', value: 'x'.repeat(65) }, /1 to 64/],
      [{ type: 'bluetooth', value: 'AB'.repeat(33) }, /1 to 32 bytes/],
      [{ type: 'card', value: '0412345678', duress: true }, /only a PIN/],
      [{ type: 'card', value: '0412345678', template: 'AAAA' }, /has no template/],
      [{ type: 'face', value: 'f1', template: 'AAAA' }, /identity of its model/],
      [{ type: 'card', value: '0412345678', validFrom: '2026-02-30' }, /there is no 2026-02-30/],
      [
        { type: 'card', value: '0412345678', validFrom: '2026-03-02', validTo: '2026-03-01' },
        /before/,
      ],
      [{ type: 'qr', value: 'Q1', tokenKey: { algorithm: 'ed25519', key: 'A'.repeat(24) } }, /32/],
    ];
    for (const [value, message] of cases) {
      const told = await refusal(credential(value));
      assert.match(told, /^INPUT_INVALID credential/);
      assert.match(told, message);
      if (value.type === 'pin') assert.equal(told.includes(String(value.value)), false);
    }
    assert.match(await refusal(put('person', { id: 'x', name: 'X', wings: 2 })), /INPUT_INVALID/);
  });

  it('bounds a template to its kilobyte', async () => {
    const model = { algorithm: 'a', version: '1' };
    const face = (bytes: number): Change =>
      credential({
        type: 'face',
        value: 'face-1',
        model,
        template: Buffer.alloc(bytes, 1).toString('base64'),
      });
    const consent = {
      id: 'yes',
      person: 'boris',
      text: '1',
      language: 'en',
      at: 1,
      author: 'desk',
    };
    await change([put('consent', consent)]);
    assert.match(await refusal(face(1089)), /1 to 1088 bytes/);
    assert.equal((await change([face(1024)])).applied, 1);
    const [stored] = await engine.find({ kind: 'credential', id: 'new' });
    assert.equal(stored?.hasTemplate, true);
    await change([{ op: 'delete', kind: 'credential', id: 'new' }]);
  });

  it('changes all or nothing, or each on its own with the positions of the refused', async () => {
    const changes = [
      put('person', { id: 'p1', name: 'One' }),
      credential({ type: 'pin', value: '1234' }),
      put('person', { id: 'p2', name: 'Two' }),
      put('credential', { id: 'c2', person: 'nobody', type: 'card', value: '0499999999' }),
      put('person', { id: 'p3', name: 'Three' }),
    ];
    const before = (await engine.health()).policyVersion;
    const none = await change(changes);
    assert.deepEqual([none.applied, none.version], [0, before]);
    assert.deepEqual(await engine.find({ kind: 'person', id: 'p1' }), []);
    const some = await change(changes, false);
    assert.equal(some.applied, 3);
    assert.equal(some.version, before + 1);
    assert.deepEqual(
      some.failed.map(({ index, code }) => [index, code]),
      [
        [1, 'INPUT_INVALID'],
        [3, 'NOT_FOUND'],
      ],
    );
    assert.equal((await engine.find({ kind: 'person', id: 'p3' })).length, 1);
  });

  it('gives an update of a value the type that is stored', async () => {
    await change([credential({ type: 'card', value: '0412345678' })]);
    const value = { id: 'new', value: '04 12 34 56 79' };
    assert.equal((await change([{ op: 'update', kind: 'credential', value }])).applied, 1);
    const found = await engine.find({
      kind: 'credential',
      credential: { type: 'card', value: '04:12:34:56:79' },
    });
    assert.deepEqual(
      found.map(({ id, hint }) => [id, hint]),
      [['new', '****79']],
    );
    const unknown = { id: 'none', value: '0412345678' };
    assert.match(await refusal({ op: 'update', kind: 'credential', value: unknown }), /NOT_FOUND/);
    await change([{ op: 'delete', kind: 'credential', id: 'new' }]);
  });

  it('writes down who changed what, without a secret', async () => {
    await change([credential({ type: 'pin', value: '583920' })]);
    const { body } = await newest(engine, 'event');
    assert.deepEqual(
      [body.category, body.code, body.author],
      ['administration', 'changed', 'anna'],
    );
    assert.equal(body.details?.['credential.put'], 'new');
    assert.equal(JSON.stringify(body).includes('583920'), false);
  });

  it('tells the subscribers that the policy has changed', async () => {
    const versions: number[] = [];
    const stop = engine.on('policy', ({ version }) => versions.push(version));
    const { version } = await change([put('person', { id: 'p4', name: 'Four' })]);
    stop();
    await change([put('person', { id: 'p5', name: 'Five' })]);
    assert.deepEqual(versions, [version]);
  });

  it('refuses an unknown time zone and keeps what was in force', async () => {
    const site = { ...SAMPLE_CONFIG.site, zone: 'Mars/Base' };
    await assert.rejects(engine.configure({ ...SAMPLE_CONFIG, site }), { code: 'CONFIG_INVALID' });
    assert.equal(
      (await engine.explain({ person: 'anna', accessPoint: 'front' })).outcome,
      'granted',
    );
  });

  it('explains who would get in, names the level, and says what it does not know', async () => {
    const at = Date.UTC(2026, 5, 13, 10);
    const explained = await engine.explain({ person: 'boris', accessPoint: 'front', at });
    assert.equal(explained.outcome, 'denied');
    assert.deepEqual(
      explained.reasons.map(({ reason }) => reason),
      ['notPermittedNow'],
    );
    await assert.rejects(engine.explain({ person: 'nobody', accessPoint: 'front' }), {
      code: 'NOT_FOUND',
    });
    const level = await engine.activeLevel({ accessPoint: 'vault' });
    assert.deepEqual(level.level, { anyOf: [['card', 'pin']] });
    await assert.rejects(engine.activeLevel({ accessPoint: 'none' }), { code: 'NOT_FOUND' });
  });

  it('leaves no value in the files of the data folder', async () => {
    await engine.backup({ file: join(folder, 'copy.db') });
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    for (const secret of [ANNA_CARD, ANNA_PIN]) {
      assert.equal(
        bytes.some((file) => file.includes(secret)),
        false,
        secret,
      );
    }
  });
});
