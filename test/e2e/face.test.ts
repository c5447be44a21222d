import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import mqtt from 'mqtt';
import type { FaceReport } from '../../lib/engine/faces/interface.ts';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { attack } from '../support/face-attacks/attacks.ts';
import { atTheDoor, photo, PORTRAITS } from '../support/face.ts';
import { openMosquitto, type Mosquitto } from '../support/mosquitto.ts';
import { ensureBuilt, freePort, startNodeRed, type RunningNodeRed } from '../support/node-red.ts';
import { demoFolder, offlineFlow, type SiteFolder } from '../support/offline-site.ts';

/** Anna Keller of the demo site. */
const ANNA = 'p001';
/** Ways of a picture that are switched off in the flow. */
const INPUTS: readonly string[] = ['mqtt in', 'watch', 'trigger', 'file in'];

describe('the camera of the offline door', function () {
  this.timeout(120_000);
  let site: SiteFolder;
  let nodeRed: RunningNodeRed;
  let mosquitto: Mosquitto;
  let folder: string;

  before(async () => {
    ensureBuilt();
    site = await demoFolder();
    const [readerPort, boardPort] = [await freePort(), await freePort()];
    const shipped = await offlineFlow({ readerPort, boardPort, serialPort: '/dev/null' });
    mosquitto = await openMosquitto();
    folder = path.join(site.userDir, 'camera');
    mkdirSync(folder);
    const places = { 'mqtt-broker': { port: String(mosquitto.port) }, watch: { files: folder } };
    const flows = shipped.map(({ d, ...node }) => ({
      ...node,
      // All that the flow has switched off, except what needs hardware.
      ...(d === true && !INPUTS.includes(node.type) && { d }),
      ...places[node.type as keyof typeof places],
    }));
    nodeRed = await startNodeRed({ flows, userDir: site.userDir });
  });
  after(async () => {
    await nodeRed.stop();
    await mosquitto.stop();
    await site.remove();
  });

  async function post(place: string, picture: Buffer): Promise<{ status: number; text: string }> {
    const headers = { 'content-type': 'image/jpeg' };
    const body = new Uint8Array(picture);
    const answer = await fetch(`${nodeRed.url}/${place}`, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  }
  const show = async (picture: Buffer): Promise<string> =>
    (await post('camera/main-door', picture)).text;

  it('opens for a face that was enrolled with a consent, and for no other one', async () => {
    const again = await atTheDoor(PORTRAITS.annaAgain);
    assert.equal(await show(again), 'DENIED');
    const enrolled = await post(
      `faces/${ANNA}?consent=demo-1&language=en`,
      await photo(PORTRAITS.annaOnce),
    );
    assert.equal(enrolled.status, 200, enrolled.text);
    assert.equal(await show(again), 'GRANTED');
    assert.equal(await show(await atTheDoor(PORTRAITS.berta)), 'DENIED');
    assert.deepEqual(attempts(), [['success', ANNA]]);
  });

  it('opens for a picture that comes over MQTT or as a file, too', async () => {
    const again = await atTheDoor(PORTRAITS.annaAgain);
    await nodeRed.printed(/Connected to broker/);
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`);
    await client.publishAsync('gatewire/camera/main-door', again, { qos: 1 });
    await client.endAsync();
    await granted(2);
    writeFileSync(path.join(folder, 'door.jpg'), again);
    await granted(3);
  });

  it('does not open for a print or a screen that shows an enrolled face', async () => {
    for (const kind of ['printTilted', 'printClose', 'phone', 'tablet'] as const) {
      assert.equal(await show(await attack(kind, PORTRAITS.annaAgain, 1)), 'DENIED', kind);
    }
    const before = attempts().length;
    assert.equal(await show(await atTheDoor(PORTRAITS.annaAgain)), 'GRANTED');
    assert.equal(attempts().length, before + 1);
  });

  it('does not open for anything unreadable', async () => {
    const { status, text } = await post('camera/main-door', Buffer.from('rubbish'));
    assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [422, 'INPUT_INVALID']);
  });

  it('enrols nobody without a consent', async () => {
    const { status, text } = await post('faces/p002', await photo(PORTRAITS.hanna));
    assert.equal(status, 422, text);
  });

  it('tells the operator how much is kept of faces, and names nobody', async () => {
    const answer = await fetch(`${nodeRed.url}/faces/report.json`);
    const report = (await answer.json()) as FaceReport;
    assert.deepEqual([answer.status, report.templates, report.searchable], [200, 1, 1]);
    assert.deepEqual(
      report.consents.map(({ text, language, given }) => [text, language, given]),
      [['demo-1', 'en', 1]],
    );
    assert.ok(!JSON.stringify(report).includes(ANNA));
  });

  it('tells everybody in three languages what is kept of faces', async function () {
    if (!hasBrowser() && process.env.CI !== 'true') this.skip();
    const browser = await startBrowser();
    try {
      for (const [locale, word] of [
        ['en-US', 'withdraw your consent'],
        ['zh-CN', '撤回同意'],
        ['ru', 'согласие'],
      ] as const) {
        const page = await browser.newPage({ locale });
        const errors: unknown[] = [];
        page.on('pageerror', (error) => errors.push(error));
        await page.goto(`${nodeRed.url}/faces`);
        await page.locator('#consents tr').waitFor();
        assert.match(await page.locator('#notice').innerText(), new RegExp(word));
        assert.match(await page.locator('#figures').innerText(), /MobileFaceNet|faceplugin/i);
        assert.deepEqual(errors, []);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });

  /** Nobody tells this process when a picture has been looked at that it did not send itself. */
  async function granted(count: number): Promise<void> {
    while (attempts().length < count) await setTimeout(50);
    assert.deepEqual(attempts().at(-1), ['success', ANNA]);
  }

  function attempts(): unknown[] {
    const file = path.join(site.data, 'gateway.db');
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database
        .prepare('SELECT result, person_id FROM access_log ORDER BY seq')
        .all()
        .map((row) => Object.values(row));
    } finally {
      database.close();
    }
  }
});
