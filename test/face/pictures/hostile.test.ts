import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { openFaceClient, type FaceClient } from '../../../lib/face/client.ts';
import { modelFolder, photo, PORTRAITS } from '../../support/face.ts';
import { removeFolder } from '../../support/folder.ts';
import { residentMemory } from '../../support/memory.ts';

const MIB = 1024 * 1024;

describe('face: pictures that are meant to do harm (T-22)', function () {
  this.timeout(120_000);
  let folder: string;
  let client: FaceClient;
  let good: Buffer;

  before(async () => {
    folder = await modelFolder();
    client = openFaceClient({ models: folder });
    good = await photo(PORTRAITS.hanna);
    await client.service.analyse({ picture: good });
  });
  after(async () => {
    await client.close();
    removeFolder(folder);
  });

  it('are refused one by one, without a crash and without filling the memory', async () => {
    const { pid } = client;
    assert.ok(pid !== undefined);
    const before = residentMemory(pid);
    const pictures = { ...bombs(), ...(await otherKinds()), ...damaged(good) };
    assert.ok(Object.keys(pictures).length >= 40);
    for (const [name, picture] of Object.entries(pictures)) {
      await assert.rejects(
        client.service.analyse({ picture }),
        { code: 'INPUT_INVALID' },
        `${name} was not refused`,
      );
    }
    assert.equal(client.pid, pid, 'the process has crashed');
    const grown = (residentMemory(pid) - before) / MIB;
    assert.ok(grown <= 100, `it has grown by ${grown} MiB`);
  });

  it('do not keep the next good picture from being looked at', async () => {
    const { flaws } = await client.service.analyse({ picture: good });
    assert.deepEqual(flaws, []);
  });

  it('are refused when too many wait at once', async () => {
    const many = Array.from({ length: 30 }, () => client.service.analyse({ picture: good }));
    const results = await Promise.allSettled(many);
    const refused = results.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 21); // one is worked on, eight wait
    for (const result of refused) {
      assert.equal(
        result.status === 'rejected' && (result.reason as { code: string }).code,
        'BUSY',
      );
    }
  });
});

/** PNG files of a few bytes that claim, or really unfold to, far more. */
function bombs(): Record<string, Buffer> {
  const sides = [4000, 20_000, 65_535, 1_000_000, 2 ** 31 - 1];
  const claimed = sides.map((side) => [`${side} pixels wide`, png(side, side, Buffer.alloc(10))]);
  const real = deflateSync(Buffer.alloc(4001 * 4000), { level: 9 });
  return {
    ...(Object.fromEntries(claimed) as Record<string, Buffer>),
    'high and narrow': png(1, 2 ** 31 - 1, Buffer.alloc(10)),
    'really 16 megapixels': png(4000, 4000, real),
    'without an area': png(0, 0, Buffer.alloc(0)),
    'larger than 5 MiB': Buffer.concat([
      png(1, 1, deflateSync(Buffer.alloc(4))),
      Buffer.alloc(5 * MIB),
    ]),
    'a JPEG of 65500 pixels': jpegOf(65_500),
  };
}

/** Everything that is neither a JPEG nor a PNG, even if the decoder could read it. */
async function otherKinds(): Promise<Record<string, Buffer>> {
  const blank = sharp({ create: { width: 64, height: 64, channels: 3, background: '#888' } });
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>';
  return {
    webp: await blank.clone().webp().toBuffer(),
    gif: await blank.clone().gif().toBuffer(),
    tiff: await blank.clone().tiff().toBuffer(),
    avif: await blank.clone().avif().toBuffer(),
    svg: Buffer.from(svg),
    'svg that reads a file': Buffer.from(svg.replace('<rect', '<image href="/etc/passwd"/><rect')),
    pdf: Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n'),
    zip: Buffer.from('504b0304140000000800', 'hex'),
    text: Buffer.from('hello'),
    empty: Buffer.alloc(0),
    noise: randomBytes(10_000),
    'noise after the mark of a JPEG': Buffer.concat([
      Buffer.from('ffd8ffe0', 'hex'),
      randomBytes(5000),
    ]),
    'noise after the mark of a PNG': Buffer.concat([PNG_MARK, randomBytes(5000)]),
  };
}

/** A good picture that is cut off at many places. */
function damaged(good: Buffer): Record<string, Buffer> {
  const cuts = Array.from({ length: 20 }, (_, at) => Math.floor((good.length * at) / 20.5));
  return Object.fromEntries(cuts.map((cut) => [`cut after ${cut}`, good.subarray(0, cut)]));
}

const PNG_MARK = Buffer.from('89504e470d0a1a0a', 'hex');

function png(width: number, height: number, data: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits, of one channel of grey
  return Buffer.concat([PNG_MARK, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND')]);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The header of a huge JPEG and nothing behind it. */
function jpegOf(side: number): Buffer {
  const size = side.toString(16).padStart(4, '0');
  return Buffer.from(`ffd8ffc0001108${size}${size}03011100021100031100ffda`, 'hex');
}
