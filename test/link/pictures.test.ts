import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MAX_FILE, digestOf, type FilesMessage } from '../../lib/link/files.ts';
import { shelfName } from '../../lib/link/picture-shelf.ts';
import { Snapshots, keepUnsettled } from '../../lib/runtime/snapshots.ts';
import { PictureRig } from '../support/picture-rig.ts';

const DAY = 86_400_000;

describe('the pictures of a gateway at its server', function () {
  this.timeout(20_000);
  let rig: PictureRig;

  beforeEach(() => {
    rig = new PictureRig();
  });
  afterEach(() => {
    rig.close();
  });

  const partsOf = (seen: readonly FilesMessage[]) =>
    seen.flatMap((message) => (message.kind === 'part' ? [message.offset] : []));

  /** Sends without a gateway's own rules. */
  const send = (content: unknown) => rig.collector.take('north', content);
  const offerOf = (id: string, bytes: Buffer): FilesMessage => ({
    ...{ kind: 'offer', type: 'image/jpeg' },
    ...{ id, sha256: digestOf(bytes), size: bytes.length },
  });
  const partOf = (id: string, bytes: Buffer, from = 0, to = bytes.length): FilesMessage => ({
    ...{ kind: 'part', id, sha256: digestOf(bytes), offset: from },
    data: bytes.subarray(from, to).toString('base64'),
  });

  it('arrive whole, the oldest first, for the owner only, and stay at the gateway', async () => {
    const pictures = { c: randomBytes(2500), a: randomBytes(1), b: randomBytes(6000) };
    rig.keep('c', pictures.c, 30);
    rig.keep('a', pictures.a, 20);
    rig.keep('b', pictures.b, 10);
    const order: string[] = [];
    rig.collect((message, take) => {
      if (message.kind === 'offer') order.push(message.id);
      return take(message);
    });
    rig.upload();
    await rig.settled('a', 'b', 'c');
    assert.deepEqual(order, ['c', 'a', 'b']);
    const { a, b, c } = pictures;
    const expected = { 'a.jpg': digestOf(a), 'b.jpg': digestOf(b), 'c.jpg': digestOf(c) };
    assert.deepEqual(rig.held(), expected);
    assert.equal(statSync(path.join(rig.shelf, 'b.jpg')).mode & 0o777, 0o600);
    assert.ok(existsSync(path.join(rig.folder, 'b.jpg')));
    assert.deepEqual(await rig.collector.read('north', 'b'), b);
    assert.deepEqual(rig.alarms, []);
  });

  it('go on in the middle after a cut, and after a restart of both sides', async () => {
    const bytes = randomBytes(10_000);
    rig.keep('a', bytes);
    const seen: FilesMessage[] = [];
    const [, cable] = rig.pair.wires;
    rig.collect(async (message, take) => {
      seen.push(message);
      const answer = await take(message);
      if (partsOf(seen).length === 4) cable?.cut();
      return answer;
    });
    rig.upload();
    await rig.until(() => !rig.end.connected);
    cable?.connect();
    await rig.until(() => partsOf(seen).length >= 7);
    seen.length = 0;
    rig.upload();
    rig.collect((message, take) => {
      seen.push(message);
      return take(message);
    });
    await rig.settled('a');
    assert.equal(partsOf(seen).includes(0), false);
    assert.ok((partsOf(seen)[0] ?? 0) >= 6000);
    assert.deepEqual(rig.held(), { 'a.jpg': digestOf(bytes) });
  });

  it('come again when a part was corrupted on the way', async () => {
    const bytes = randomBytes(5000);
    rig.keep('a', bytes);
    let corrupted = 0;
    rig.collect((message, take) => {
      if (message.kind === 'offer' || message.offset !== 2000 || corrupted > 0)
        return take(message);
      corrupted += 1;
      return take({ ...message, data: Buffer.alloc(1000).toString('base64') });
    });
    rig.upload();
    await rig.settled('a');
    assert.equal(corrupted, 1);
    assert.deepEqual(rig.held(), { 'a.jpg': digestOf(bytes) });
    assert.deepEqual(rig.alarms, []);
  });

  it('do not block those behind one that never arrives as it is', async () => {
    rig.keep('a', randomBytes(500), 10);
    rig.keep('b', randomBytes(500));
    rig.collect((message, take) =>
      take(message.kind === 'part' && message.id === 'a' ? { ...message, data: 'AAAA' } : message),
    );
    // A short part is not the end: the server wants more, which then does not fit.
    rig.upload();
    await rig.settled('a', 'b');
    assert.deepEqual(Object.keys(rig.held()), ['b.jpg']);
    const [alarm] = rig.alarms;
    assert.equal(alarm?.code, 'pictureRefused');
    assert.equal(rig.uploader.dropped, 1);
  });

  it('are there once, whatever is repeated, lost or comes in another order', async () => {
    const bytes = randomBytes(9500);
    rig.keep('a', bytes);
    let count = 0;
    let held: FilesMessage | undefined;
    rig.collect(async (message, take) => {
      count += 1;
      if (count % 5 === 0) return undefined;
      if (count % 7 === 0) {
        held = message;
        return undefined;
      }
      await take(message);
      const answer = await take(message);
      if (held !== undefined) await take(held);
      return answer;
    });
    rig.upload();
    await rig.settled('a');
    assert.deepEqual(rig.held(), { 'a.jpg': digestOf(bytes) });
    assert.deepEqual(await send(offerOf('a', bytes)), {
      ...{ kind: 'fileStored', id: 'a', sha256: digestOf(bytes) },
    });
    assert.deepEqual(rig.held(), { 'a.jpg': digestOf(bytes) });
  });

  it('are not let go of because of what a server cannot have said', async () => {
    const bytes = randomBytes(3000);
    rig.keep('a', bytes);
    const sha256 = digestOf(bytes);
    const lies = [
      { kind: 'fileStored', id: 'a', sha256: digestOf(Buffer.from('another')) },
      { kind: 'fileStored', id: 'b', sha256 },
      { kind: 'fileWanted', id: 'a', sha256, offset: 3001 },
    ] as const;
    let told = 0;
    rig.collect((message, take) => {
      const lie = lies[told];
      if (lie === undefined) return take(message);
      told += 1;
      return Promise.resolve(lie);
    });
    rig.upload();
    await rig.settled('a');
    assert.deepEqual(rig.held(), { 'a.jpg': sha256 });
    assert.deepEqual(
      rig.alarms.map(({ code }) => code),
      ['acknowledgementImpossible'],
    );
    assert.equal(existsSync(path.join(rig.folder, 'b.settled')), false);
    await assert.rejects(rig.uploader.receive({ kind: 'fileStored', id: '../a', sha256 }), {
      code: 'INPUT_INVALID',
    });
  });

  it('never lead out of the folder of their gateway', async () => {
    const bytes = randomBytes(10);
    for (const id of [
      '../a',
      'a/b',
      '..',
      '.',
      '',
      'a.jpg',
      'a\0',
      'x'.repeat(65),
      'C:\\a',
      'a\n',
    ]) {
      await assert.rejects(send(offerOf(id, bytes)), { code: 'INPUT_INVALID' });
      await assert.rejects(rig.collector.read('north', id), { code: 'INPUT_INVALID' });
    }
    const names = ['..', '.', '../x', 'a/b', 'Tor 3', '門', '', '=x', 'x'.repeat(65)];
    const shelves = names.map(shelfName);
    assert.equal(new Set(shelves).size, names.length);
    for (const shelf of shelves) assert.match(shelf, /^=[0-9a-f]{64}$/);
    await assert.rejects(rig.collector.read('south', 'a'), { code: 'NOT_FOUND' });
    await assert.rejects(rig.collector.read('../north', 'a'), { code: 'NOT_FOUND' });
  });

  it('are taken no further than they were offered, and replace none', async () => {
    const bytes = randomBytes(10);
    const other = randomBytes(10);
    assert.equal(await send(partOf('a', bytes)), undefined, 'nothing was offered');
    await assert.rejects(send({ ...offerOf('a', bytes), size: MAX_FILE + 1 }), {
      code: 'INPUT_INVALID',
    });
    const short = { ...offerOf('a', bytes), size: 9 };
    await send(short);
    const tooMuch = await send(partOf('a', bytes));
    assert.deepEqual(tooMuch, {
      ...{ kind: 'fileRefused', id: 'a', sha256: digestOf(bytes), reason: 'size' },
    });
    await send(offerOf('a', bytes));
    assert.equal((await send(partOf('a', bytes)))?.kind, 'fileStored');
    assert.deepEqual(await send(offerOf('a', other)), {
      ...{ kind: 'fileRefused', id: 'a', sha256: digestOf(other), reason: 'taken' },
    });
    assert.deepEqual(rig.held(), { 'a.jpg': digestOf(bytes) });
  });

  it('are refused beyond the quota of the server, parts counted, and come when there is room', async () => {
    rig.quota.server = 5000;
    rig.collect();
    const [first, second] = [randomBytes(3000), randomBytes(2500)];
    await send(offerOf('first', first));
    await send(partOf('first', first, 0, 2900));
    rig.keep('second', second);
    let refusals = 0;
    rig.collect(async (message, take) => {
      const answer = await take(message);
      if (answer?.kind === 'fileRefused') refusals += 1;
      return answer;
    });
    rig.upload();
    await rig.until(() => refusals === 2);
    assert.deepEqual(Object.keys(rig.held()), ['first.part']);
    await rig.collector.sweep(Date.now() + 31 * DAY);
    await rig.settled('second');
    assert.deepEqual(rig.held(), { 'second.jpg': digestOf(second) });
    assert.deepEqual(rig.alarms, []);
  });

  it('are dropped beyond the quota of the gateway, the oldest first, counted and with an alarm', async () => {
    rig.quota.gateway = 2000;
    ['a', 'b', 'c', 'd'].forEach((id, index) => {
      rig.keep(id, randomBytes(900), 10 - index);
    });
    rig.upload();
    await rig.until(() => rig.alarms.length > 0);
    assert.deepEqual(readdirSync(rig.folder).sort(), ['c.jpg', 'd.jpg']);
    assert.deepEqual(rig.alarms, [
      { category: 'alarm', code: 'picturesDropped', details: { count: 2, total: 2 } },
    ]);
    assert.equal(rig.uploader.dropped, 2);
    assert.equal(rig.uploader.waiting, 2);
  });

  it('wait as long as a record does', async () => {
    rig.isFree = false;
    const bytes = randomBytes(8000);
    rig.keep('a', bytes);
    const seen: FilesMessage[] = [];
    rig.collect((message, take) => {
      seen.push(message);
      if (seen.length === 3) rig.isFree = false;
      return take(message);
    });
    rig.upload();
    await rig.until(() => rig.uploader.waiting === 1);
    assert.equal(seen.length, 0);
    rig.isFree = true;
    rig.uploader.run();
    await rig.until(() => seen.length >= 3);
    await rig.end.send('files', partOf('b', bytes, 0, 9)); // Comes after everything that was on its way.
    await rig.until(() => seen.some(({ id }) => id === 'b'));
    assert.ok(seen.length <= 5, 'no more than the window was on its way');
    rig.isFree = true;
    rig.uploader.run();
    await rig.settled('a');
    assert.deepEqual(rig.held(), { 'a.jpg': digestOf(bytes) });
  });

  it('are deleted at the server when their days are over, and nothing else is', async () => {
    const bytes = randomBytes(10);
    for (const id of ['old', 'new']) {
      await send(offerOf(id, bytes));
      await send(partOf(id, bytes));
    }
    writeFileSync(path.join(rig.shelf, 'notes.txt'), 'x');
    const now = Date.now();
    for (const [name, days] of [
      ['old.jpg', 31],
      ['notes.txt', 31],
      ['new.jpg', 29],
    ] as const) {
      const at = new Date(now - days * DAY);
      utimesSync(path.join(rig.shelf, name), at, at);
    }
    await rig.collector.sweep(now);
    assert.deepEqual(readdirSync(rig.shelf).sort(), ['new.jpg', 'notes.txt']);
  });

  it('stay at the gateway beyond their days until they are settled, while somebody sends them', async () => {
    const snapshots = new Snapshots(rig.folder, 7, assert.ifError);
    mkdirSync(rig.folder);
    for (const id of ['sent', 'waits']) rig.keep(id, Buffer.from('x'), (8 * DAY) / 1000);
    writeFileSync(path.join(rig.folder, 'sent.settled'), '');
    const release = keepUnsettled(rig.folder);
    await snapshots.sweep(Date.now());
    assert.deepEqual(readdirSync(rig.folder).sort(), ['sent.settled', 'waits.jpg']);
    release();
    await snapshots.sweep(Date.now() + 8 * DAY);
    assert.deepEqual(readdirSync(rig.folder), []);
    snapshots.close();
  });
});
