import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pictureOf } from '../../lib/runtime/picture.ts';
import { Snapshots } from '../../lib/runtime/snapshots.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';

const DAY = 86_400_000;

describe('pictures of messages', () => {
  let folder: string;
  let pictures: string;

  beforeEach(() => {
    folder = makeFolder();
    pictures = path.join(folder, 'pictures');
    mkdirSync(pictures);
    writeFileSync(path.join(pictures, 'a.jpg'), 'inside');
    writeFileSync(path.join(folder, 'b.jpg'), 'outside');
  });
  afterEach(() => {
    removeFolder(folder);
  });

  it('are bytes, base64, a data URL, or a file of the folder', async () => {
    const text = async (value: unknown): Promise<string> =>
      Buffer.from((await pictureOf(value, pictures)).bytes).toString();
    assert.equal(await text(Buffer.from('bytes')), 'bytes');
    assert.equal(await text(Buffer.from('text').toString('base64')), 'text');
    assert.equal(await text(`data:image/png;base64,${btoa('url')}`), 'url');
    assert.equal(await text('a.jpg'), 'inside');
  });

  it('never come from outside the folder, from no file, or without a folder', async () => {
    symlinkSync(path.join(folder, 'b.jpg'), path.join(pictures, 'link.jpg'));
    mkdirSync(path.join(pictures, 'folder.png'));
    const names = [
      '../b.jpg',
      'link.jpg',
      'none.jpg',
      'folder.png',
      '/etc/passwd.jpg',
      'a.jpg\0.png',
    ];
    for (const name of names) {
      await assert.rejects(pictureOf(name, pictures), { code: 'INPUT_INVALID' }, name);
    }
    await assert.rejects(pictureOf('a.jpg', undefined), { code: 'INPUT_INVALID' });
  });

  it('are at most 5 MiB', async () => {
    const large = Buffer.alloc(5 * 1024 * 1024 + 1);
    writeFileSync(path.join(pictures, 'large.png'), large);
    for (const value of [large, large.toString('base64'), 'large.png']) {
      await assert.rejects(pictureOf(value, pictures), { code: 'INPUT_INVALID' });
    }
  });
});

describe('snapshots', () => {
  let folder: string;

  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => {
    removeFolder(folder);
  });

  it('are kept sealed under the id of their attempt, and deleted when their days are over', async () => {
    const key = Buffer.alloc(32).toString('base64');
    const site = { folder, engine: { pictureKey: () => Promise.resolve({ key }) } };
    const snapshots = new Snapshots(site, assert.ifError);
    const kept = path.join(folder, 'snapshots', '7');
    const now = Date.now();
    for (const [name, days] of [
      ['old', 8],
      ['new', 6],
    ] as const) {
      assert.equal(await snapshots.keep(name, 7, Buffer.from('a face')), `${name}.jpg`);
      const file = path.join(kept, `${name}.picture`);
      assert.equal(readFileSync(file).includes('face'), false);
      const time = new Date(now - days * DAY);
      utimesSync(file, time, time);
    }
    writeFileSync(path.join(kept, 'notes.txt'), 'x');
    assert.equal(await snapshots.sweep(now), 1);
    assert.deepEqual(readdirSync(kept).sort(), ['new.picture', 'notes.txt']);
    assert.equal(await snapshots.keep('../../evil', 7, Buffer.from('x')), '______evil.jpg');
    assert.ok(existsSync(path.join(kept, '______evil.picture')));
    snapshots.close();
  });
});
