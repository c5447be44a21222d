import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EngineService } from '../../../lib/engine/facade.ts';
import { DATABASE_FILE } from '../../../lib/engine/store/database.ts';
import { unpackTemplate } from '../../../lib/engine/faces/sealed-template.ts';
import { toTemplate, toVector } from '../../../lib/face/template.ts';
import type { Change } from '../../../lib/model/entity.ts';
import { openBytes } from '../../../lib/model/seal.ts';
import { TestClock } from '../../support/clock.ts';
import {
  TEST_KEYS,
  eventCodes,
  newest,
  openSampleEngine,
  reopenEngine,
} from '../../support/engine.ts';
import { cosine, modelOf, randomVector, seeded } from '../../face/support.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import {
  Follower,
  MODEL,
  assertSameFace,
  consent,
  done,
  face,
  put,
  remove,
  templateOf,
} from './support.ts';

const DAY = 86_400_000;
/** Templates, and people who have them. */
const TWO = { templates: 2, people: 2 };
const KEEP = { mode: 'stored', keepAfterValidity: 30, keepAfterWithdrawal: 0 } as const;

describe('engine: faces', () => {
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    engine = await openSampleEngine(folder, clock);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  async function refusal(...changes: Change[]): Promise<string> {
    const { failed } = await engine.change({ changes, options: { author: 'test' } });
    return failed.map(({ code, message }) => `${code} ${message}`).join();
  }
  const faces = async (): Promise<string[]> => {
    const follower = new Follower();
    await follower.follow(engine);
    return [...follower.faces.keys()].sort();
  };

  it('takes no template of somebody who has not consented', async () => {
    assert.match(await refusal(face('f', 'anna')), /FORBIDDEN person "anna" has not consented/);
    await done(engine, consent('anna', { withdrawnAt: 5 }));
    assert.match(await refusal(face('f', 'anna')), /FORBIDDEN/);
    await done(engine, consent('anna', { id: 'new' }));
    await done(engine, face('f', 'anna'));
    assert.match(await refusal(face('f', 'boris')), /FORBIDDEN/, 'another person');
  });

  it('takes a consent and a template in one request', async () => {
    await done(engine, consent('anna'), face('f', 'anna'));
    assert.deepEqual(await faces(), ['f']);
  });

  it('lets a face without consent still be blocked or renamed', async () => {
    await engine.configureFaces({ ...KEEP, keepAfterWithdrawal: 10 });
    await done(engine, consent('anna'), face('f', 'anna'));
    const withdrawnAt = clock.now();
    await done(engine, {
      op: 'update',
      kind: 'consent',
      value: { id: 'consent-anna', withdrawnAt },
    });
    await done(engine, { op: 'update', kind: 'credential', value: { id: 'f', status: 'blocked' } });
  });

  it('keeps the record of a consent: who, when, which text, in which language', async () => {
    const value = {
      id: 'c',
      person: 'anna',
      text: 'v3',
      language: 'zh-CN',
      at: 17,
      author: 'desk',
    };
    await done(engine, put('consent', { ...value, guardian: 'Her mother' }));
    assert.deepEqual(await engine.find({ kind: 'consent', person: 'anna' }), [
      { ...value, guardian: 'Her mother' },
    ]);
    assert.match(
      await refusal(put('consent', { ...value, language: 'Chinese!' })),
      /INPUT_INVALID/,
    );
    assert.match(await refusal(put('consent', { ...value, person: 'nobody' })), /NOT_FOUND/);
  });

  it('refuses a template that has not the form its model names, and a model without template', async () => {
    await done(engine, consent('anna'));
    const short = Buffer.alloc(63, 70).toString('base64');
    const wide = Buffer.alloc(64, 200).toString('base64');
    assert.match(await refusal(face('f', 'anna', { template: short })), /form "int7"/);
    assert.match(await refusal(face('f', 'anna', { template: wide })), /form "int7"/);
    await done(engine, face('f', 'anna'));
    const value = { id: 'f', model: { ...MODEL, version: '2' } };
    assert.match(
      await refusal({ op: 'update', kind: 'credential', value }),
      /belongs to a template/,
    );
  });

  it('leaves nothing of a template readable in the data folder', async () => {
    await done(engine, consent('anna'), face('f', 'anna', { template: templateOf(5) }));
    const bytes = Buffer.from(templateOf(5), 'base64');
    const forms = [bytes, bytes.toString('base64'), bytes.toString('hex'), bytes.subarray(8, 24)];
    const unbiased = Buffer.from(bytes.map((byte) => byte - 64));
    await engine.backup({ file: join(folder, 'copy.db') });
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = readFileSync(join(file.parentPath, file.name));
      for (const form of [...forms, unbiased])
        assert.equal(content.includes(form), false, file.name);
    }
    assert.deepEqual(await faces(), ['f']);
  });

  it('keeps under the seal what is no likeness of the face without another key (T-14)', async () => {
    const vector = randomVector(seeded(3), 512);
    const template = Buffer.from(toTemplate(vector)).toString('base64');
    await done(engine, consent('anna'), face('f', 'anna', { model: modelOf(512), template }));
    const db = new DatabaseSync(join(folder, DATABASE_FILE), { readOnly: true });
    const row = db.prepare("SELECT template FROM credential WHERE id = 'f'").get();
    db.close();
    const seal = createSecretKey(TEST_KEYS.seal);
    const kept = openBytes(seal, 'template:f', row?.template as Uint8Array);
    const { model, bytes } = unpackTemplate(kept.subarray(1));
    assert.deepEqual(model, modelOf(512));
    assert.ok(Math.abs(cosine(toVector(bytes), vector)) < 0.2);
    const [listed] = (await engine.faceChanges({})).put;
    assertSameFace(listed?.template, template);
  });

  it('lists the templates of other models for enrolment', async () => {
    await done(engine, consent('anna'), consent('boris'));
    const older = { ...MODEL, version: '0' };
    await done(engine, face('f-a', 'anna'), face('f-b', 'boris', { model: older }));
    assert.deepEqual(await engine.faceReenrolments({ model: MODEL }), [
      { credential: 'f-b', person: 'boris', model: older, reason: 'MODEL_MISMATCH' },
    ]);
    assert.deepEqual(
      (await engine.faceReenrolments({ model: older })).map(({ credential }) => credential),
      ['f-a'],
    );
    const next = { ...MODEL, digest: 'cc'.repeat(32) };
    const [first] = await engine.faceReenrolments({ model: next, limit: 1 });
    assert.equal(first?.credential, 'f-a');
    const rest = await engine.faceReenrolments({ model: next, after: 'f-a' });
    assert.deepEqual(
      rest.map(({ credential }) => credential),
      ['f-b'],
    );
  });

  it('knows whose faces are meant at an access point', async () => {
    assert.deepEqual(await engine.faceAudience({ accessPoint: 'front' }), {
      groups: ['chiefs'],
      persons: ['anna', 'boris'],
    });
    await done(
      engine,
      put('permission', {
        id: 'all',
        subject: { everyone: true },
        target: { accessPoint: 'front' },
      }),
    );
    assert.deepEqual(await engine.faceAudience({ accessPoint: 'front' }), {});
    await assert.rejects(engine.faceAudience({ accessPoint: 'nowhere' }), { code: 'NOT_FOUND' });
  });

  it('keeps no templates where faces are off or carried by the visitor', async () => {
    await done(engine, consent('anna'), face('f', 'anna'));
    const follower = new Follower();
    await follower.follow(engine);
    for (const mode of ['off', 'carried'] as const) {
      await engine.configureFaces({ ...KEEP, mode });
      await follower.follow(engine);
      assert.equal(follower.faces.size, 0);
      assert.match(await refusal(face('f2', 'anna')), /FORBIDDEN credential f2/);
      assert.equal((await engine.faceState({})).templates, 1);
    }
    await engine.configureFaces({ ...KEEP, mode: 'gatewayOnly' });
    await follower.follow(engine);
    assert.deepEqual([...follower.faces.keys()], ['f']);
  });

  it('remembers over a restart how templates are kept', async () => {
    await engine.configureFaces({ ...KEEP, mode: 'gatewayOnly' });
    await engine.close();
    engine = await reopenEngine(folder, clock);
    assert.equal((await engine.faceState({})).config.mode, 'gatewayOnly');
    assert.equal((await eventCodes(engine)).filter((code) => code === 'facesConfigured').length, 1);
  });

  it('deletes templates some days after the validity of person or credential', async () => {
    await done(engine, consent('anna'), consent('boris'));
    await done(engine, put('person', { id: 'anna', name: 'Anna', validTo: '2026-06-20' }));
    await done(
      engine,
      face('f-a', 'anna'),
      face('f-b', 'boris', { validTo: '2026-06-25T12:00:00' }),
    );
    const left = async (days: number): Promise<string[]> => {
      clock.advance(days * DAY);
      await engine.configureFaces({ ...KEEP, keepAfterValidity: days });
      return faces();
    };
    await engine.configureFaces({ ...KEEP, keepAfterValidity: 5 });
    assert.deepEqual(await left(15), ['f-a', 'f-b'], 'on 25 June');
    await engine.configureFaces({ ...KEEP, keepAfterValidity: 4 });
    assert.deepEqual(await faces(), ['f-b']);
    clock.advance(5 * DAY);
    await engine.configureFaces({ ...KEEP, keepAfterValidity: 3 });
    assert.deepEqual(await faces(), []);
    assert.ok((await eventCodes(engine)).includes('templatesExpired'));
  });

  it('deletes a template when its consent is withdrawn, at once or some days later', async () => {
    await done(
      engine,
      consent('anna'),
      consent('boris'),
      face('f-a', 'anna'),
      face('f-b', 'boris'),
    );
    await done(engine, consent('anna', { withdrawnAt: clock.now() }));
    assert.equal((await engine.faceState({})).templates, 1);
    await engine.configureFaces({ ...KEEP, keepAfterWithdrawal: 7 });
    await done(engine, consent('boris', { withdrawnAt: clock.now() }));
    assert.deepEqual(await faces(), [], 'not searched from that moment on');
    assert.equal((await engine.faceState({})).templates, 1);
    clock.advance(7 * DAY);
    await done(engine, consent('chief'));
    assert.equal((await engine.faceState({})).templates, 0);
  });

  it('reports what is kept, by the texts that people agreed to, and names nobody', async () => {
    await engine.configureFaces({ ...KEEP, keepAfterWithdrawal: 30 });
    await done(engine, consent('anna', { at: 5 }), consent('boris', { at: 7 }));
    await done(engine, face('f-anna', 'anna'), face('f-boris', 'boris'));
    await done(engine, consent('boris', { at: 7, withdrawnAt: clock.now() }));
    await done(engine, consent('chief', { text: '2026-2', language: 'en', at: 8 }));
    await engine.useFaceModel({ model: MODEL });
    const report = await engine.faceReport({});
    const { site, model, templates, people, searchable, photos, pictures } = report;
    assert.deepEqual({ site, model }, { site: 'plant', model: MODEL });
    assert.deepEqual(
      { templates, people, searchable, photos },
      { ...TWO, searchable: 1, photos: 0 },
    );
    assert.deepEqual(pictures, { kept: 0, waiting: 0, bytes: 0 });
    assert.deepEqual(
      report.consents.map((each) => ({ ...each })),
      [
        { text: '2026-1', language: 'ru', given: 2, withdrawn: 1, first: 5, last: 7 },
        { text: '2026-2', language: 'en', given: 1, withdrawn: 0, first: 8, last: 8 },
      ],
    );
    for (const name of ['anna', 'boris', 'chief'])
      assert.ok(!JSON.stringify(report).includes(name));
  });

  it('erases what it has of a face, and gives a receipt', async () => {
    await done(engine, consent('anna'), face('f1', 'anna'), face('f2', 'anna'));
    const receipt = await engine.erasePerson({ person: 'anna', what: 'biometrics', author: 'dpo' });
    const { record, ...told } = receipt;
    assert.deepEqual(told, {
      ...{ person: 'anna', what: 'biometrics', at: clock.now(), site: 'plant' },
      ...{ credentials: ['f1', 'f2'], pictures: 0, left: 0 },
    });
    const event = await newest(engine, 'event');
    assert.equal(event.seq, record.seq);
    assert.equal(event.body.code, 'erased');
    assert.deepEqual(await faces(), []);
    const [card] = await engine.find({ kind: 'credential', id: 'anna-card' });
    assert.ok(card, 'the other way in stays');
  });

  it('erases a person with everything besides the log', async () => {
    await done(engine, consent('anna'), face('f1', 'anna'));
    const { credentials } = await engine.erasePerson({
      person: 'anna',
      what: 'person',
      author: 'dpo',
    });
    assert.deepEqual(credentials, ['f1']);
    for (const kind of ['person', 'credential', 'consent'] as const) {
      const found = await engine.find(
        kind === 'person' ? { kind, id: 'anna' } : { kind, person: 'anna' },
      );
      assert.deepEqual(found, []);
    }
  });

  it('gives the receipt again for a person who is gone', async () => {
    for (let time = 0; time < 2; time++) {
      const { left } = await engine.erasePerson({ person: 'anna', what: 'person', author: 'dpo' });
      assert.equal(left, 0);
    }
    const unknown = await engine.erasePerson({
      person: 'never',
      what: 'biometrics',
      author: 'dpo',
    });
    assert.deepEqual(unknown.credentials, []);
  });

  it('erases nothing when something of it is still needed', async () => {
    await done(engine, consent('anna'), face('f1', 'anna'));
    const pass = {
      id: 'q',
      tag: 'f1',
      person: 'anna',
      type: 'permanent',
      status: 'active',
      validFrom: '2026-01-01',
    };
    await done(engine, put('pass', pass));
    const request = { person: 'anna', what: 'biometrics', author: 'dpo' } as const;
    await assert.rejects(engine.erasePerson(request), { code: 'CONFLICT' });
    assert.equal((await engine.faceState({})).templates, 1);
    await done(engine, remove('pass', 'q'));
    assert.equal((await engine.erasePerson(request)).left, 0);
  });
});
