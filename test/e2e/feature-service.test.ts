import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import mqtt from 'mqtt';
import sharp from 'sharp';
import { photo, PORTRAITS } from '../support/face.ts';
import { openMosquitto, type Mosquitto } from '../support/mosquitto.ts';
import {
  ensureBuilt,
  ROOT,
  startNodeRed,
  type FlowNode,
  type RunningNodeRed,
} from '../support/node-red.ts';
import { demoFolder, type SiteFolder } from '../support/offline-site.ts';
import { zipOf } from '../support/zip.ts';

const CONSENT = 'consent=demo-1&language=en';

interface Line {
  photo: string;
  person: string;
  outcome: string;
  reason: string;
  template?: string;
}

describe('the flow feature-service', function () {
  this.timeout(120_000);
  let site: SiteFolder;
  let mosquitto: Mosquitto;
  let nodeRed: RunningNodeRed;
  let anna: Buffer;
  let berta: Buffer;
  let blank: Buffer;

  before(async () => {
    ensureBuilt();
    [site, mosquitto] = await Promise.all([demoFolder(), openMosquitto()]);
    [anna, berta, blank] = await Promise.all([
      photo(PORTRAITS.annaOnce),
      photo(PORTRAITS.berta),
      sharp({ create: { width: 320, height: 240, channels: 3, background: 'grey' } })
        .jpeg()
        .toBuffer(),
    ]);
    const flows = flowWith(mosquitto.port);
    nodeRed = await startNodeRed({ flows, userDir: site.userDir });
  });
  after(async () => {
    await nodeRed.stop();
    await mosquitto.stop();
    await site.remove();
  });

  async function post(place: string, body: BodyInit): Promise<{ status: number; said: unknown }> {
    const headers = body instanceof FormData ? {} : { 'content-type': 'image/jpeg' };
    const answer = await fetch(`${nodeRed.url}/${place}`, { method: 'POST', headers, body });
    return { status: answer.status, said: await answer.json() };
  }
  const get = async (place: string): Promise<string> =>
    (await fetch(`${nodeRed.url}/features/${place}`)).text();

  function form(photos: Record<string, Buffer>): FormData {
    const body = new FormData();
    for (const [name, bytes] of Object.entries(photos)) {
      body.append('photo', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), name);
    }
    return body;
  }

  /** Hears a topic; resolves with everything until the batch is over. */
  async function listen(topic: string): Promise<() => Promise<Record<string, unknown>[]>> {
    await nodeRed.printed(/Connected to broker/);
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`);
    await client.subscribeAsync(topic);
    const heard: Record<string, unknown>[] = [];
    const over = new Promise<void>((resolve) => {
      client.on('message', (_topic, bytes) => {
        const progress = JSON.parse(bytes.toString()) as Record<string, unknown>;
        heard.push(progress);
        if (progress.running === false) resolve();
      });
    });
    return async () => {
      await over;
      await client.endAsync();
      return heard;
    };
  }

  it('gives the feature of a picture with its model, or says what the picture lacks', async () => {
    const good = await post('features', new Uint8Array(anna));
    const { template, model, quality } = good.said as Record<string, unknown>;
    assert.deepEqual([good.status, Buffer.from(template as string, 'base64').length], [200, 512]);
    assert.equal((model as { algorithm: string }).algorithm, 'mobilefacenet');
    assert.ok(quality);
    const none = await post('features', new Uint8Array(blank));
    assert.deepEqual([none.status, (none.said as { flaws: string[] }).flaws], [422, ['noFace']]);
    const rubbish = await post('features', new Uint8Array(Buffer.from('rubbish')));
    assert.equal(rubbish.status, 422);
    assert.equal((rubbish.said as { code: string }).code, 'INPUT_INVALID');
  });

  it('enrols photos that are sent together, and tells why the others were refused', async () => {
    const photos = { 'p001.jpg': anna, 'p002.jpg': berta, 'p003.jpg': blank, 'none.jpg': anna };
    const { status, said } = await post(`features/batch?mode=enrol&${CONSENT}`, form(photos));
    assert.equal(status, 200);
    assert.deepEqual(
      (said as Line[]).map(({ photo: name, outcome, reason }) => [name, outcome, reason]),
      [
        ['p001.jpg', 'enrolled', ''],
        ['p002.jpg', 'enrolled', ''],
        ['p003.jpg', 'refused', 'noFace'],
        ['none.jpg', 'refused', 'duplicate of p001'],
      ],
    );
  });

  it('refuses a form without photos, and enrols nobody without a consent', async () => {
    const { status } = await post('features/batch?mode=enrol', form({}));
    assert.equal(status, 422);
    const photos = { 'p004.jpg': await photo(PORTRAITS.hanna) };
    const { said } = await post('features/batch?mode=enrol', form(photos));
    assert.deepEqual((said as Line[])[0]?.reason, 'FORBIDDEN');
  });

  it('works through the folder on the server, with progress and a report', async () => {
    const folder = path.join(site.userDir, 'photos');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'p005.jpg'), await photo(PORTRAITS.dora));
    writeFileSync(path.join(folder, 'p006.jpg'), blank);
    const begun = await post(`features/folder?mode=enrol&${CONSENT}`, '');
    assert.equal(begun.status, 202);
    while ((JSON.parse(await get('progress')) as { running: boolean }).running);
    assert.deepEqual(JSON.parse(await get('progress')), {
      ...{ running: false, total: 2, done: 1, refused: 1 },
    });
    assert.equal(
      await get('report.csv'),
      'photo,person,outcome,reason\r\np005.jpg,p005,enrolled,\r\np006.jpg,p006,refused,noFace\r\n',
    );
    assert.equal(existsSync(path.join(folder, 'p005.jpg')), false);
    assert.equal(existsSync(path.join(folder, 'p006.jpg')), true);
  });

  it('takes an archive as well, sent in a form or lying in the folder', async () => {
    const archive = zipOf([
      { name: 'staff/p007.jpg', bytes: await photo(PORTRAITS.emma) },
      { name: 'staff/p008.jpg', bytes: blank },
    ]);
    const sent = await post(`features/batch?mode=extract`, form({ 'photos.zip': archive }));
    assert.deepEqual(
      (sent.said as Line[]).map(({ person, outcome, reason }) => [person, outcome, reason]),
      [
        ['p007', 'extracted', ''],
        ['p008', 'refused', 'noFace'],
      ],
    );
    writeFileSync(path.join(site.userDir, 'photos', 'photos.zip'), archive);
    const progress = await listen('gatewire/features/progress');
    await post(`features/folder?mode=enrol&archive=photos.zip&${CONSENT}`, '');
    assert.deepEqual(
      (await progress()).map(({ total, done, refused }) => [total, done, refused]),
      [
        [2, 1, 0],
        [2, 1, 1],
      ],
    );
    const report = JSON.parse(await get('report.json')) as Line[];
    assert.deepEqual(
      report.map(({ photo: name, reason }) => [name, reason]),
      [
        ['p007.jpg', ''],
        ['p008.jpg', 'noFace'],
      ],
    );
  });

  it('gives features for another server, and has its page', async () => {
    const { said } = await post('features/batch?mode=extract', form({ 'x1.jpg': berta }));
    const [line] = said as Line[];
    assert.deepEqual([line?.person, line?.outcome], ['x1', 'extracted']);
    assert.equal(Buffer.from(line?.template ?? '', 'base64').length, 512);
    assert.match(await (await fetch(`${nodeRed.url}/features`)).text(), /Gatewire feature service/);
  });

  it('answers over MQTT at the topic that the message names', async () => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`);
    await client.subscribeAsync('gatewire/features/out/desk');
    const answer = new Promise<Buffer>((resolve) => {
      client.once('message', (_topic, bytes) => {
        resolve(bytes);
      });
    });
    const question = {
      ...{ id: 'q1', reply: 'gatewire/features/out/desk' },
      picture: berta.toString('base64'),
    };
    await nodeRed.printed(/Connected to broker/);
    await client.publishAsync('gatewire/features/in', JSON.stringify(question), { qos: 1 });
    const { id, outcome } = JSON.parse((await answer).toString()) as Record<string, unknown>;
    assert.deepEqual([id, outcome], ['q1', 'extracted']);
    await client.endAsync();
  });
});

/** The flow as it is shipped, with its MQTT nodes switched on. */
function flowWith(port: number): FlowNode[] {
  const source = readFileSync(path.join(ROOT, 'flows', 'feature-service.json'), 'utf8');
  const nodes = JSON.parse(source, switchedOn) as FlowNode[];
  return nodes.map((node) =>
    node.type === 'mqtt-broker' ? { ...node, port: String(port) } : node,
  );
}

function switchedOn(key: string, value: unknown): unknown {
  return key === 'd' ? undefined : value;
}
