import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { MAX_FILE, MAX_PART, digestOf, type FilesMessage } from '../../lib/link/pictures/files.ts';
import { filesOver } from '../../lib/link/pictures/link.ts';
import { toAccessError } from '../../lib/model/errors.ts';
import { referenceOf, shelfFolder } from '../../lib/pictures/files.ts';
import { Snapshots, keepUnsettled } from '../../lib/runtime/snapshots.ts';
import { DAYS, PictureRig } from '../support/picture-rig.ts';

const DAY = 86_400_000;
/** Where something is lost, it has to be offered again soon. */
const IMPATIENT = { patience: 20, longest: 40 };

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
  const send = (content: unknown, gateway = 'north') => rig.collector.take(gateway, content);
  const read = (id: string, gateway = 'north') => rig.collector.read(gateway, referenceOf(id));
  const offerOf = (id: string, bytes: Buffer): FilesMessage & { kind: 'offer' } => ({
    ...{ kind: 'offer', type: 'image/jpeg', days: DAYS },
    ...{ id, sha256: digestOf(bytes), size: bytes.length },
  });
  const partOf = (id: string, bytes: Buffer, from = 0, to = bytes.length): FilesMessage => ({
    ...{ kind: 'part', id, sha256: digestOf(bytes), offset: from },
    data: bytes.subarray(from, to).toString('base64'),
  });
  const refused = (id: string, bytes: Buffer, reason: string) => ({
    ...{ kind: 'fileRefused', id, sha256: digestOf(bytes), reason },
  });

  it('arrive whole, the oldest first, and stay at the gateway', async () => {
    const pictures = { c: randomBytes(2500), a: randomBytes(1), b: randomBytes(6000) };
    await rig.keep('c', pictures.c, 30);
    await rig.keep('a', pictures.a, 20);
    await rig.keep('b', pictures.b, 10);
    const order: string[] = [];
    rig.collect((message, take) => {
      if (message.kind === 'offer') order.push(message.id);
      return take(message);
    });
    rig.upload();
    await rig.settled('a', 'b', 'c');
    assert.deepEqual(order, ['c', 'a', 'b']);
    assert.deepEqual(rig.held(), ['a.picture', 'b.picture', 'c.picture']);
    for (const [id, bytes] of Object.entries(pictures)) {
      assert.deepEqual(await read(id), bytes);
      assert.ok(existsSync(rig.fileOf(id)));
    }
    assert.deepEqual(rig.alarms, []);
    assert.equal(rig.uploader.waiting, 0);
  });

  it('lie sealed on both disks, readable by the owner only, and none passes for another', async () => {
    const bytes = Buffer.from('the face of somebody, many times over '.repeat(200));
    await send(offerOf('half', bytes));
    await send(partOf('half', bytes, 0, 4000));
    await rig.keep('a', bytes);
    rig.collect();
    rig.upload();
    await rig.settled('a');
    for (const file of [rig.fileOf('a'), rig.heldFile('a'), rig.heldFile('half', 'part')]) {
      assert.equal(readFileSync(file).includes('face'), false);
      assert.equal(statSync(file).mode & 0o777, 0o600);
    }
    writeFileSync(rig.heldFile('b'), readFileSync(rig.heldFile('a')));
    await assert.rejects(read('b'), { code: 'NOT_FOUND' });
  });

  it('are seen by nobody on their way, and their parts fit nowhere else', async () => {
    const bytes = Buffer.from('the face of somebody, many times over '.repeat(100));
    const spied: object[] = [];
    rig.pair.server.on('files', ({ content }) => {
      spied.push(content as object);
    });
    await rig.keep('a', bytes);
    rig.collect();
    rig.upload();
    await rig.settled('a');
    const [part, next] = spied.filter((message) => 'sealed' in message);
    assert.ok(part !== undefined && next !== undefined && 'sealed' in next);
    assert.equal(JSON.stringify(spied).includes(bytes.toString('base64', 90, 120)), false);
    const errors: string[] = [];
    rig.onError = (error) => errors.push(toAccessError(error).code);
    await rig.end.send('files', { ...part, sealed: next.sealed });
    await rig.end.send('files', { ...part, sealed: 'A'.repeat(200) });
    await rig.until(() => errors.length === 2);
    assert.deepEqual(errors, ['INPUT_INVALID', 'INPUT_INVALID']);
  });

  it('go on in the middle after a cut, and after a restart of both sides', async () => {
    const bytes = randomBytes(10_000);
    await rig.keep('a', bytes);
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
    const again: FilesMessage[] = [];
    rig.collect((message, take) => {
      again.push(message);
      return take(message);
    });
    rig.upload();
    await rig.settled('a');
    assert.ok((partsOf(again)[0] ?? 0) >= 5000, 'what was there was not sent again');
    assert.deepEqual(await read('a'), bytes);
    assert.deepEqual(rig.held(), ['a.picture']);
  });

  it('go on after what a power cut or a stranger has left of their parts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2200), fc.boolean(), async (at, isCut) => {
        const bytes = randomBytes(3000);
        const id = `x${bytes.toString('hex', 0, 8)}`;
        await send(offerOf(id, bytes));
        await send(partOf(id, bytes, 0, 1000));
        await send(partOf(id, bytes, 1000, 2000));
        const file = rig.heldFile(id, 'part');
        if (isCut) truncateSync(file, Math.min(at, statSync(file).size));
        else appendFileSync(file, randomBytes(at % 50));
        rig.collect();
        const answer = await send(offerOf(id, bytes));
        assert.ok(answer?.kind === 'fileWanted' && answer.offset % 1000 === 0);
        if (!isCut) assert.equal(answer.offset, 2000);
        for (let from = answer.offset; from < 3000; from += 1000) {
          await send(partOf(id, bytes, from, from + 1000));
        }
        assert.deepEqual(await read(id), bytes);
      }),
      { numRuns: 25 },
    );
  });

  it('come again when a part was corrupted on the way', async () => {
    const bytes = randomBytes(5000);
    await rig.keep('a', bytes);
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
    assert.deepEqual(await read('a'), bytes);
    assert.deepEqual(rig.alarms, []);
  });

  it('do not block those behind one that never arrives as it is', async () => {
    await rig.keep('a', randomBytes(500), 10);
    await rig.keep('b', randomBytes(500));
    // As if the server got something else each time.
    const wrong = Buffer.alloc(500).toString('base64');
    rig.collect((message, take) =>
      take(message.kind === 'part' && message.id === 'a' ? { ...message, data: wrong } : message),
    );
    rig.upload();
    await rig.settled('a', 'b');
    assert.deepEqual(rig.held(), ['b.picture']);
    const [alarm] = rig.alarms;
    assert.deepEqual(alarm?.details, { picture: 'a', reason: 'digest', total: 1 });
    assert.equal(rig.uploader.dropped, 1);
  });

  it('are there once, whatever is repeated, lost or comes in another order', async () => {
    const bytes = randomBytes(9500);
    await rig.keep('a', bytes);
    let count = 0;
    let held: FilesMessage | undefined;
    rig.times = IMPATIENT;
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
    assert.deepEqual(await read('a'), bytes);
    const sealed = readFileSync(rig.heldFile('a'));
    const { sha256 } = offerOf('a', bytes);
    assert.deepEqual(await send(offerOf('a', bytes)), { kind: 'fileStored', id: 'a', sha256 });
    assert.equal(await send(partOf('a', bytes, 0, 1000)), undefined);
    assert.deepEqual(rig.held(), ['a.picture']);
    assert.deepEqual(readFileSync(rig.heldFile('a')), sealed);
  });

  it('are not let go of because of what a server cannot have said', async () => {
    const bytes = randomBytes(3000);
    await rig.keep('a', bytes);
    const sha256 = digestOf(bytes);
    const lies = [
      { kind: 'fileStored', id: 'a', sha256: digestOf(Buffer.from('another')) },
      { kind: 'fileStored', id: 'b', sha256 },
      { kind: 'fileWanted', id: 'a', sha256, offset: 3001 },
    ] as const;
    let told = 0;
    rig.times = IMPATIENT;
    rig.collect((message, take) => {
      const lie = lies[told];
      if (lie === undefined) return take(message);
      told += 1;
      return Promise.resolve(lie);
    });
    rig.upload();
    await rig.settled('a');
    assert.deepEqual(await read('a'), bytes);
    assert.deepEqual(
      rig.alarms.map(({ code }) => code),
      ['acknowledgementImpossible'],
    );
    assert.equal(existsSync(rig.fileOf('b', 'settled')), false);
    await assert.rejects(rig.uploader.receive({ kind: 'fileStored', id: '../a', sha256 }), {
      code: 'INPUT_INVALID',
    });
  });

  it('never lead out of the folder of their gateway', async () => {
    const bytes = randomBytes(10);
    const ids = ['../a', 'a/b', '..', '.', '', 'a.jpg', 'a\0', 'x'.repeat(65), 'C:\\a', 'a\n'];
    for (const id of ids) {
      await assert.rejects(send(offerOf(id, bytes)), { code: 'INPUT_INVALID' });
      await assert.rejects(send(partOf(id, bytes)), { code: 'INPUT_INVALID' });
      await assert.rejects(read(id), { code: 'NOT_FOUND' });
    }
    for (const days of [0, -1, 1.5, 3651, '../1']) {
      await assert.rejects(send({ ...offerOf('a', bytes), days }), { code: 'INPUT_INVALID' });
    }
    const names = ['..', '.', '../x', 'a/b', 'Tor 3', '門', '', '=x', 'x'.repeat(65)];
    const shelves = names.map((name) => shelfFolder('/data', name));
    assert.equal(new Set(shelves).size, names.length);
    for (const shelf of shelves) assert.match(shelf, /^\/data\/pictures\/=[0-9a-f]{64}$/);
    assert.deepEqual(rig.shelves(), []);
  });

  it('are of the gateway that has sent them, and of no other', async () => {
    const [mine, other] = [randomBytes(10), randomBytes(10)];
    for (const [gateway, bytes] of [
      ['north', mine],
      ['../north', other],
    ] as const) {
      await send(offerOf('a', bytes), gateway);
      assert.equal((await send(partOf('a', bytes), gateway))?.kind, 'fileStored');
    }
    assert.deepEqual(await read('a'), mine);
    assert.deepEqual(await read('a', '../north'), other);
    await assert.rejects(read('a', 'south'), { code: 'NOT_FOUND' });
  });

  it('are taken no further than they were offered, and replace none', async () => {
    const [bytes, other] = [randomBytes(10), randomBytes(10)];
    assert.equal(await send(partOf('a', bytes)), undefined, 'nothing was offered');
    for (const size of [0, MAX_FILE + 1]) {
      await assert.rejects(send({ ...offerOf('a', bytes), size }), { code: 'INPUT_INVALID' });
    }
    await assert.rejects(send({ ...offerOf('a', bytes), more: 1 }), { code: 'INPUT_INVALID' });
    const huge = partOf('a', Buffer.alloc(MAX_PART + 3));
    await assert.rejects(send(huge), { code: 'INPUT_INVALID' });
    await send({ ...offerOf('a', bytes), size: 9 });
    assert.deepEqual(await send(partOf('a', bytes)), refused('a', bytes, 'size'));
    await send(offerOf('a', bytes));
    assert.equal((await send(partOf('a', bytes)))?.kind, 'fileStored');
    assert.deepEqual(await send(offerOf('a', other)), refused('a', other, 'taken'));
    assert.deepEqual(await read('a'), bytes);
    assert.deepEqual(rig.held(), ['a.picture']);
  });

  it('are refused beyond the quota of the server, parts counted, and come when there is room', async () => {
    rig.quota.server = 5000;
    rig.collect();
    const [first, second] = [randomBytes(3000), randomBytes(2500)];
    await send(offerOf('first', first));
    await send(partOf('first', first, 0, 2900));
    await rig.keep('second', second);
    let refusals = 0;
    rig.times = IMPATIENT;
    rig.collect(async (message, take) => {
      const answer = await take(message);
      if (answer?.kind === 'fileRefused') refusals += 1;
      return answer;
    });
    rig.upload();
    await rig.until(() => refusals === 2);
    assert.deepEqual(rig.held(), ['first.part']);
    await rig.collector.sweep(Date.now() + (DAYS + 1) * DAY);
    await rig.settled('second');
    assert.deepEqual(rig.held(), ['second.picture']);
    assert.deepEqual(rig.alarms, []);
  });

  it('are dropped beyond the quota of the gateway, the oldest first, counted and with an alarm', async () => {
    rig.quota.gateway = 2000;
    const ids = ['a', 'b', 'c', 'd'];
    for (const [index, id] of ids.entries()) await rig.keep(id, randomBytes(900), 10 - index);
    rig.upload();
    await rig.until(() => rig.alarms.length > 0);
    assert.deepEqual(
      ids.filter((id) => existsSync(rig.fileOf(id))),
      ['c', 'd'],
    );
    assert.deepEqual(rig.alarms, [
      { category: 'alarm', code: 'picturesDropped', details: { count: 2, total: 2 } },
    ]);
    assert.equal(rig.uploader.dropped, 2);
    assert.equal(rig.uploader.waiting, 2);
  });

  it('wait as long as a record does', async () => {
    rig.isFree = false;
    const bytes = randomBytes(8000);
    await rig.keep('a', bytes);
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
    await filesOver(rig.end)(partOf('b', bytes, 0, 9)); // Comes after everything that was on its way.
    await rig.until(() => seen.some(({ id }) => id === 'b'));
    assert.ok(partsOf(seen).length <= 4, 'no more than the window was on its way');
    rig.isFree = true;
    rig.uploader.run();
    await rig.settled('a');
    assert.deepEqual(await read('a'), bytes);
  });

  it('come when their record is there, and stay where they are if it never is', async () => {
    rig.lookEvery = 20;
    let asked = 0;
    rig.verdict = (id) => {
      if (id === 'never') return 'unknown';
      asked += 1;
      return asked > 2 ? 'wanted' : 'unknown';
    };
    await rig.keep('never', randomBytes(10), 10);
    await rig.keep('late', randomBytes(10));
    rig.collect();
    rig.upload();
    await rig.settled('never', 'late');
    assert.deepEqual(rig.held(), ['late.picture']);
    assert.ok(existsSync(rig.fileOf('never')));
    assert.deepEqual(rig.alarms, []);
  });

  it('are deleted at the gateway when their person was erased at the server', async () => {
    await rig.keep('gone', randomBytes(10), 10);
    await rig.keep('here', randomBytes(10));
    rig.verdict = (id) => (id === 'gone' ? 'erased' : 'wanted');
    rig.collect();
    rig.upload();
    await rig.settled('here');
    assert.equal(existsSync(rig.fileOf('gone')), false);
    assert.deepEqual(rig.held(), ['here.picture']);
    assert.deepEqual(rig.alarms, []);
  });

  it('are not kept by a server that erases their person while they come', async () => {
    const bytes = randomBytes(2000);
    await send(offerOf('a', bytes));
    await send(partOf('a', bytes, 0, 1000));
    rig.verdict = () => 'erased';
    assert.deepEqual(await send(partOf('a', bytes, 1000)), refused('a', bytes, 'erased'));
    assert.deepEqual(rig.held(), []);
  });

  it('stay where they are if the server takes none', async () => {
    rig.quota.server = 0;
    await rig.keep('a', randomBytes(10));
    rig.collect();
    rig.upload();
    await rig.settled('a');
    assert.ok(existsSync(rig.fileOf('a')));
    assert.deepEqual(rig.shelves(), []);
    assert.deepEqual(rig.alarms, []);
  });

  it('do not travel when they are erased or spoilt at the gateway', async () => {
    for (const [index, id] of ['erased', 'spoilt', 'good'].entries()) {
      await rig.keep(id, randomBytes(3000), 10 - index);
    }
    writeFileSync(rig.fileOf('spoilt'), randomBytes(100));
    rig.collect(async (message, take) => {
      const answer = await take(message);
      if (message.kind === 'part' && message.id === 'erased') {
        await rig.removeAtGateway('erased');
      }
      return answer;
    });
    rig.upload();
    await rig.settled('spoilt', 'good');
    assert.deepEqual(
      rig.held().filter((name) => name.endsWith('.picture')),
      ['good.picture'],
    );
    assert.deepEqual(
      rig.alarms.map(({ details }) => details),
      [{ picture: 'spoilt', reason: 'broken', total: 1 }],
    );
  });

  it('are deleted at the server when their days are over, and nothing else is', async () => {
    const bytes = randomBytes(10);
    const pictures = { old: DAYS, new: DAYS, short: 1 };
    for (const [id, days] of Object.entries(pictures)) {
      await send({ ...offerOf(id, bytes), days });
      await send(partOf(id, bytes));
    }
    const now = Date.now();
    const aged = (file: string, days: number): void => {
      utimesSync(file, new Date(now - days * DAY), new Date(now - days * DAY));
    };
    const notes = path.join(rig.shelf, String(DAYS), 'notes.txt');
    writeFileSync(notes, 'x');
    aged(notes, DAYS + 1);
    aged(rig.heldFile('old'), DAYS + 1);
    aged(rig.heldFile('new'), DAYS - 1);
    aged(path.join(rig.shelf, '1', 'short.picture'), 2);
    await rig.collector.sweep(now);
    assert.deepEqual(rig.held(), ['new.picture', 'notes.txt']);
    await assert.rejects(read('short'), { code: 'NOT_FOUND' });
  });

  it('stay at the gateway beyond their days until they are settled, while somebody sends them', async () => {
    const site = { folder: rig.gatewayData, engine: rig.gatewayEngine };
    const snapshots = new Snapshots(site, assert.ifError);
    for (const id of ['sent', 'waits']) await rig.keep(id, randomBytes(10));
    writeFileSync(rig.fileOf('sent', 'settled'), '');
    const release = keepUnsettled(site);
    const later = Date.now() + (DAYS + 1) * DAY;
    await snapshots.sweep(later);
    assert.deepEqual(
      ['sent', 'waits'].map((id) => existsSync(rig.fileOf(id))),
      [false, true],
    );
    release();
    await snapshots.sweep(later);
    assert.equal(existsSync(rig.fileOf('waits')), false);
    snapshots.close();
  });
});
