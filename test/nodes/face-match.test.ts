import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import helper from 'node-red-node-test-helper';
import sharp from 'sharp';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Attempt } from '../../lib/model/attempt.ts';
import { systemClock } from '../../lib/model/clock.ts';
import registerAccessPoint from '../../nodes/access-point/access-point.ts';
import register from '../../nodes/face-match/face-match.ts';
import { openSampleEngine } from '../support/engine.ts';
import { attack } from '../support/face-attacks/attacks.ts';
import { modelFolder, photo, PORTRAITS } from '../support/face.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  loadFlow,
  nodeById,
  Sink,
  useRuntime,
  watched,
  type Received,
} from '../support/runtime.ts';
import { zipOf } from '../support/zip.ts';
import { ANNA_CARD, attemptAt, BORIS_CARD, card } from '../support/sample-site.ts';

const CONSENT = { text: 'v1', language: 'en' };
const DOOR = {
  id: 'door-node',
  type: 'gatewire-access-point',
  site: 'site',
  accessPointId: 'front',
};

describe('face-match', function () {
  this.timeout(60_000);
  useRuntime();

  let models: string;
  let folder: string;
  let engine: EngineService;
  let site: FakeSite;
  let ports: Sink[];
  let caught: Sink;
  let once: Buffer;
  let again: Buffer;
  let stranger: Buffer;

  before(async () => {
    models = await modelFolder();
    process.env.GATEWIRE_FACE_MODELS = models;
    folder = makeFolder();
    engine = await openSampleEngine(path.join(folder, 'engine'), systemClock);
    site = fakeSite(engine);
    [once, again, stranger] = (await Promise.all(
      [PORTRAITS.annaOnce, PORTRAITS.annaAgain, PORTRAITS.hanna].map((of) => photo(of)),
    )) as [Buffer, Buffer, Buffer];
  });
  after(async () => {
    Reflect.deleteProperty(process.env, 'GATEWIRE_FACE_MODELS');
    await engine.close();
    await site.close();
    removeFolder(folder);
    removeFolder(models);
  });

  /** A flow with this node, instead of the one before. */
  async function load(settings: Record<string, unknown>): Promise<void> {
    await helper.unload();
    const node = { id: 'face', type: 'gatewire-face-match', name: 'camera', site: 'site' };
    const flow = [
      { id: 'site', type: 'gatewire-site' },
      DOOR,
      ...watched({ ...node, accessPoint: 'door-node', ...settings }, 3),
    ];
    await loadFlow([site.register, registerAccessPoint, register], flow);
    ports = [new Sink('sink0'), new Sink('sink1'), new Sink('sink2')];
    caught = new Sink('on-catch');
  }

  /** The first answer to a message, whatever its port, and the number of that port. */
  async function answer(message: object): Promise<{ port: number; message: Received }> {
    const counts = [...ports, caught].map(({ messages }) => messages.length);
    nodeById('face').receive(message as Received);
    return Promise.race(
      [...ports, caught].map(async (sink, port) => ({
        port,
        message: await sink.at(counts[port] ?? 0),
      })),
    );
  }
  const enrolAnna = async (): Promise<void> => {
    await load({ mode: 'enrol' });
    const { port } = await answer({ payload: once, person: 'anna', consent: CONSENT });
    assert.equal(port, 0);
  };
  const attemptOf = ({ access }: Received): Attempt => (access as { attempt: Attempt }).attempt;
  const reportOf = ({ payload }: Received) => payload as Record<string, unknown>;

  it('enrols a photo with a consent, once, and keeps the photo nowhere', async () => {
    await enrolAnna();
    const first = await engine.find({ kind: 'credential', person: 'anna' });
    const faces = first.filter(({ type }) => type === 'face');
    assert.equal(faces.length, 1);
    const { port, message } = await answer({ payload: again, person: 'anna' });
    assert.equal(port, 0);
    assert.equal(reportOf(message).outcome, 'enrolled');
    assert.equal(JSON.stringify(message).includes('vector'), false);
    const now = await engine.find({ kind: 'credential', person: 'anna' });
    assert.deepEqual(
      now.filter(({ type }) => type === 'face').map(({ id }) => id),
      [reportOf(message).credential],
    );
  });

  it('refuses to enrol the face of somebody else, and a photo that is not good enough', async () => {
    await enrolAnna();
    const twin = await answer({ payload: again, person: 'boris', consent: CONSENT });
    assert.deepEqual([twin.port, reportOf(twin.message).outcome], [1, 'duplicate']);
    assert.equal((reportOf(twin.message).other as { person: string }).person, 'anna');
    const small = await photo(PORTRAITS.hanna, (image) => image.resize(100));
    const poor = await answer({ payload: small, person: 'boris', consent: CONSENT });
    assert.deepEqual([poor.port, reportOf(poor.message).flaws], [1, ['tooSmall']]);
  });

  it('enrols nobody without a consent, or who is not known', async () => {
    await load({ mode: 'enrol' });
    for (const person of ['boris', 'nobody']) {
      const { port, message } = await answer({ payload: stranger, person });
      assert.equal(port, 3);
      assert.equal((message.error as { code: string }).code, 'FORBIDDEN');
    }
  });

  it('deletes the file of a photo after enrolment, unless it shall stay', async () => {
    mkdirSync(path.join(folder, 'photos'), { recursive: true });
    const file = path.join(folder, 'photos', 'anna.jpg');
    for (const keepPhoto of [true, false]) {
      writeFileSync(file, once);
      await load({ mode: 'enrol', pictures: path.join(folder, 'photos'), keepPhoto });
      const { port } = await answer({ payload: 'anna.jpg', person: 'anna', consent: CONSENT });
      assert.equal(port, 0);
      assert.equal(existsSync(file), keepPhoto);
    }
  });

  it('verifies the holder of a card, and the attempt is granted with both', async () => {
    await enrolAnna();
    await load({ mode: 'verify' });
    const access = { attempt: attemptAt(Date.now(), 'front', card(ANNA_CARD)) };
    const { port, message } = await answer({ payload: again, access, topic: 'kept' });
    assert.deepEqual([port, reportOf(message).person, message.topic], [0, 'anna', 'kept']);
    const attempt = attemptOf(message);
    assert.deepEqual(
      attempt.credentials.map(({ type }) => type),
      ['card', 'face'],
    );
    assert.equal((await engine.decide(attempt)).outcome, 'granted');
  });

  it('gives an attempt that is refused when the face is not that of the holder', async () => {
    await enrolAnna();
    await load({ mode: 'verify' });
    for (const [holder, picture] of [
      [ANNA_CARD, stranger],
      [BORIS_CARD, again],
    ] as const) {
      const access = { attempt: attemptAt(Date.now(), 'front', card(holder)) };
      const { port, message } = await answer({ payload: picture, access });
      assert.deepEqual([port, reportOf(message).outcome], [1, 'noMatch']);
      assert.equal(reportOf(message).person, undefined);
      assert.equal((await engine.decide(attemptOf(message))).outcome, 'denied');
    }
  });

  it('identifies a face alone, in every form that a picture comes in', async () => {
    await enrolAnna();
    await load({ mode: 'identify' });
    const base64 = again.toString('base64');
    for (const payload of [again, base64, `data:image/jpeg;base64,${base64}`]) {
      const { port, message } = await answer({ payload });
      assert.deepEqual([port, reportOf(message).person], [0, 'anna']);
      const decision = await engine.decide(attemptOf(message));
      assert.deepEqual([decision.outcome, decision.person?.id], ['granted', 'anna']);
    }
    const { port } = await answer({ payload: stranger });
    assert.equal(port, 1);
  });

  it('does not take a picture that is not live, an old one, or one from the future', async () => {
    await enrolAnna();
    await load({ mode: 'identify' });
    for (const kind of ['printTilted', 'phone'] as const) {
      const shown = await answer({ payload: await attack(kind, PORTRAITS.annaAgain, 1) });
      assert.deepEqual([shown.port, reportOf(shown.message).flaws], [1, ['notLive']]);
    }
    for (const takenAt of [Date.now() - 60_000, Date.now() + 60_000]) {
      const { port, message } = await answer({ payload: again, takenAt });
      assert.deepEqual([port, reportOf(message).outcome], [1, 'stale']);
    }
  });

  it('takes no face that is nearer than its liveness can be judged', async () => {
    await enrolAnna();
    await load({ mode: 'identify', largest: 0.4 });
    const { port, message } = await answer({ payload: again });
    assert.deepEqual([port, reportOf(message).flaws], [1, ['tooNear']]);
  });

  it('tells a fault of a picture on its port, with a code, and never the picture', async () => {
    await load({ mode: 'identify' });
    for (const payload of [
      Buffer.from('no picture'),
      '../secret.jpg',
      'x.jpg',
      7,
      undefined,
      '§',
    ]) {
      const { port, message } = await answer({ payload });
      assert.equal(port, 2);
      assert.equal(reportOf(message).code, 'INPUT_INVALID');
    }
  });

  it('keeps a small snapshot under the id of the attempt, if it shall', async () => {
    const snapshots = path.join(site.api.folder, 'snapshots', '1');
    await load({ mode: 'identify', snapshotDays: 1 });
    const { message } = await answer({ payload: stranger });
    const { id, snapshot } = attemptOf(message);
    assert.equal(snapshot, `${id}.jpg`);
    assert.deepEqual(readdirSync(snapshots), [`${id}.picture`]);
  });

  it('sends a small photo to the gateways instead, if they shall make the template', async () => {
    await load({ mode: 'enrol', dispatch: true });
    const { port, message } = await answer({ payload: once, person: 'anna', consent: CONSENT });
    const { outcome, credential } = reportOf(message);
    assert.deepEqual([port, outcome], [0, 'dispatched']);
    const found = await engine.find({ kind: 'credential', person: 'anna' });
    const faces = found.filter(({ type }) => type === 'face');
    assert.deepEqual(
      faces.map(({ id, hasTemplate }) => [id, hasTemplate]),
      [[credential, undefined]],
    );
    assert.equal(await engine.nextFacePhoto({}), undefined);
  });

  it('compares with the template that a visitor has brought, and takes no forged or replaced one', async () => {
    const days = { keepAfterValidity: 30, keepAfterWithdrawal: 0 };
    await engine.configureFaces({ mode: 'carried', ...days });
    await load({ mode: 'enrol' });
    const enrolled = { payload: once, person: 'anna', consent: CONSENT };
    const [old, issued] = [await answer({ ...enrolled }), await answer({ ...enrolled })].map(
      ({ message }) => reportOf(message),
    );
    assert.equal(issued?.outcome, 'issued');
    const carried = issued.carried as string;
    await load({ mode: 'verify' });
    const shown = await answer({ payload: again, carried });
    assert.deepEqual([shown.port, reportOf(shown.message).person], [0, 'anna']);
    assert.equal(shown.message.carried, undefined);
    const decision = await engine.decide(attemptOf(shown.message));
    assert.deepEqual([decision.outcome, decision.person?.id], ['granted', 'anna']);
    const forged = `${carried.slice(0, -1)}${carried.endsWith('0') ? '1' : '0'}`;
    for (const [payload, text, outcome] of [
      [stranger, carried, 'noMatch'],
      [again, forged, 'notGenuine'],
      [again, old?.carried, 'replaced'],
    ]) {
      const { port, message } = await answer({ payload, carried: text });
      assert.deepEqual([port, reportOf(message).outcome], [1, outcome]);
      assert.notEqual((await engine.decide(attemptOf(message))).outcome, 'granted');
    }
    await engine.configureFaces({ mode: 'stored', ...days });
  });

  it('extracts a template with its model, and checks a photo without one', async () => {
    await load({ mode: 'extract' });
    const { port, message } = await answer({ payload: once });
    const { template, model } = reportOf(message);
    assert.equal(port, 0);
    assert.equal(Buffer.from(template as string, 'base64').length, 512);
    assert.equal((model as { algorithm: string }).algorithm, 'mobilefacenet');
    await load({ mode: 'check' });
    const checked = await answer({ payload: once });
    assert.deepEqual([checked.port, reportOf(checked.message).outcome], [0, 'good']);
    assert.equal(reportOf(checked.message).template, undefined);
  });

  it('enrols a batch by the names of its photos, and tells of each why it was refused', async () => {
    await load({ mode: 'enrol' });
    const blank = await sharp({
      create: { width: 320, height: 240, channels: 3, background: 'grey' },
    })
      .jpeg()
      .toBuffer();
    const photos = [
      { name: 'anna.jpg', picture: once },
      { name: 'boris.png', picture: blank },
      { name: 'nobody.jpg', picture: stranger },
      { name: 'chief.jpg', picture: Buffer.from('rubbish') },
    ];
    nodeById('face').receive({ payload: photos, consent: CONSENT });
    const [done, flawed, faults] = ports as [Sink, Sink, Sink];
    const missing = await faults.at(0);
    const broken = await faults.at(1);
    assert.deepEqual(
      [(await done.at(0)).photo, reportOf(await done.at(0)).outcome],
      ['anna.jpg', 'enrolled'],
    );
    assert.deepEqual(
      [(await flawed.at(0)).person, reportOf(await flawed.at(0)).flaws],
      ['boris', ['noFace']],
    );
    assert.deepEqual([missing.person, reportOf(missing).code], ['nobody', 'NOT_FOUND']);
    assert.deepEqual([broken.person, reportOf(broken).code], ['chief', 'INPUT_INVALID']);
    const { index, count } = broken.parts as { index: number; count: number };
    assert.deepEqual([index, count], [3, 4]);
    assert.equal(caught.messages.length, 0);
  });

  it('enrols the whole folder: photos that are done go, refused ones stay', async () => {
    const pictures = path.join(folder, 'batch');
    mkdirSync(pictures, { recursive: true });
    writeFileSync(path.join(pictures, 'anna.jpg'), once);
    writeFileSync(path.join(pictures, 'boris.jpg'), 'rubbish');
    writeFileSync(path.join(pictures, 'notes.txt'), 'no picture');
    await load({ mode: 'enrol', pictures });
    nodeById('face').receive({ payload: '*', consent: CONSENT });
    await Promise.all([ports[0]?.at(0), ports[2]?.at(0)]);
    assert.deepEqual(readdirSync(pictures), ['boris.jpg', 'notes.txt']);
  });

  it('takes no batch without photos, without names or without a folder', async () => {
    await load({ mode: 'check' });
    for (const payload of [[], [{ picture: once }], '*', 'photos.zip', zipOf([])]) {
      const { port, message } = await answer({ payload });
      assert.deepEqual([port, reportOf(message).code], [2, 'INPUT_INVALID']);
    }
  });
});
