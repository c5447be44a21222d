import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { photo, PORTRAITS } from '../support/face.ts';
import { ensureBuilt, freePort, startNodeRed, type RunningNodeRed } from '../support/node-red.ts';
import { demoFolder, offlineFlow, type SiteFolder } from '../support/offline-site.ts';

/** Anna Keller of the demo site. */
const ANNA = 'p001';

describe('the camera of the offline door', function () {
  this.timeout(120_000);
  let site: SiteFolder;
  let nodeRed: RunningNodeRed;

  before(async () => {
    ensureBuilt();
    site = await demoFolder();
    const [readerPort, boardPort] = [await freePort(), await freePort()];
    const flows = await offlineFlow({ readerPort, boardPort, serialPort: '/dev/null' });
    nodeRed = await startNodeRed({ flows, userDir: site.userDir });
  });
  after(async () => {
    await nodeRed.stop();
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
    const again = await photo(PORTRAITS.annaAgain);
    assert.equal(await show(again), 'DENIED');
    const enrolled = await post(
      `faces/${ANNA}?consent=demo-1&language=en`,
      await photo(PORTRAITS.annaOnce),
    );
    assert.equal(enrolled.status, 200, enrolled.text);
    assert.equal(await show(again), 'GRANTED');
    assert.equal(await show(await photo(PORTRAITS.berta)), 'DENIED');
    assert.deepEqual(attempts(), [['success', ANNA]]);
  });

  it('does not open for a picture without colours, as a bad print is, nor for anything unreadable', async () => {
    assert.equal(await show(await photo(PORTRAITS.hanna, (image) => image.greyscale())), 'DENIED');
    const { status, text } = await post('camera/main-door', Buffer.from('rubbish'));
    assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [422, 'INPUT_INVALID']);
  });

  it('enrols nobody without a consent', async () => {
    const { status, text } = await post('faces/p002', await photo(PORTRAITS.hanna));
    assert.equal(status, 422, text);
  });

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
