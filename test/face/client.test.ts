import assert from 'node:assert/strict';
import path from 'node:path';
import { writeFileSync } from 'node:fs';
import {
  openFaceClient,
  type FaceClient,
  type FaceState,
  type GalleryService,
} from '../../lib/face/client.ts';
import type { GalleryEntry } from '../../lib/face/face.ts';
import { toTemplate } from '../../lib/face/template.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { modelFolder, photo, PORTRAITS, sample } from '../support/face.ts';
import { removeFolder } from '../support/folder.ts';

const PROMPT = { first: 1, most: 1, stable: 60_000 };

describe('face: process', function () {
  this.timeout(60_000);
  let folder: string;
  let client: FaceClient;

  beforeEach(async () => {
    folder = await modelFolder();
  });
  afterEach(async () => {
    await client.close();
    removeFolder(folder);
  });

  const open = (follow?: (gallery: GalleryService) => Promise<unknown>): void => {
    client = openFaceClient({
      models: folder,
      delays: PROMPT,
      follow: async (gallery) => {
        await follow?.(gallery);
      },
    });
  };
  const analyse = (picture: Buffer) => client.service.analyse({ picture });
  const vectorOf = async (picture: Buffer): Promise<Float32Array> => {
    const { vector } = await analyse(picture);
    assert.ok(vector);
    return vector;
  };
  const entryOf = async (person: string, picture: Buffer): Promise<GalleryEntry> => {
    const { model } = await client.service.describe({});
    const template = toTemplate(await vectorOf(picture));
    return { credential: `face-${person}`, person, groups: ['staff'], model, template };
  };
  const reached = (wanted: FaceState): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (client.state !== wanted) return;
        stop();
        resolve();
      };
      const stop = client.onState(check);
      check();
    });
  const kill = (): void => {
    assert.ok(client.pid !== undefined && process.kill(client.pid, 'SIGKILL'));
  };

  it('starts on first use, and finds people in the gallery that it follows, by picture', async () => {
    let gallery: GalleryService | undefined;
    let next: (gallery: GalleryService) => Promise<unknown> = () => Promise.resolve();
    open((given) => {
      gallery = given;
      return next(given);
    });
    assert.deepEqual([client.state, client.pid, gallery], ['idle', undefined, undefined]);
    const anna = await entryOf('anna', await photo(PORTRAITS.annaOnce));
    const hanna = await entryOf('hanna', await photo(PORTRAITS.hanna));
    next = ({ put }) => put({ entries: [anna, hanna] });
    await client.follow();
    const vector = await vectorOf(await photo(PORTRAITS.annaAgain));
    const { candidates, compared } = await client.service.identify({ vector, limit: 2 });
    const found = candidates.map(({ person, credential }) => [person, credential]);
    assert.deepEqual(found, [
      ['anna', 'face-anna'],
      ['hanna', 'face-hanna'],
    ]);
    assert.equal(compared, 2);
    assert.ok((candidates[0]?.score ?? 0) > 0.6 && (candidates[1]?.score ?? 1) < 0.4);
    const other = await client.service.verify({ vector, person: 'hanna' });
    assert.equal(other?.score, candidates[1]?.score);
    next = ({ remove }) => remove({ credentials: ['face-anna'] });
    await client.follow();
    assert.equal(await client.service.verify({ vector, person: 'anna' }), undefined);
  });

  it('leaves templates of another model out and tells which', async () => {
    const refused: string[] = [];
    const entries: GalleryEntry[] = [];
    open(async ({ put }) => {
      refused.push(...(await put({ entries })).refused);
    });
    const entry = await entryOf('anna', await photo(PORTRAITS.annaOnce));
    const model = { ...entry.model, version: 'older' };
    entries.push({ ...entry, credential: 'old', model }, entry);
    await client.follow();
    assert.deepEqual(refused, ['old']);
  });

  it('that is killed in the middle of a search rejects it, and comes back with its gallery', async () => {
    const entries: GalleryEntry[] = [];
    open(({ put }) => put({ entries }));
    entries.push(await entryOf('anna', await photo(PORTRAITS.annaOnce)));
    const vector = await vectorOf(await photo(PORTRAITS.annaAgain));
    const lost = [analyse(sample(5)), client.service.identify({ vector, limit: 1 })];
    kill();
    for (const call of lost) await assert.rejects(call, { code: 'FACE_UNAVAILABLE' });
    await reached('up');
    const { candidates } = await client.service.identify({ vector, limit: 1 });
    assert.equal(candidates[0]?.person, 'anna');
    assert.deepEqual((await analyse(await photo(PORTRAITS.hanna))).flaws, []);
  });

  it('searches nobody before its gallery is whole', async () => {
    let release = (): void => undefined;
    open(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const vector = await vectorOf(await photo(PORTRAITS.hanna));
    assert.equal(client.state, 'filling');
    let answered = false;
    const search = client.service.identify({ vector, limit: 1 }).then((answer) => {
      answered = true;
      return answer;
    });
    await client.service.describe({});
    assert.equal(answered, false);
    release();
    assert.deepEqual(await search, { candidates: [], compared: 0 });
  });

  it('refuses searches, and says why, while its gallery cannot be read', async () => {
    open(() => Promise.reject(new AccessError('ENGINE_UNAVAILABLE', 'no engine')));
    const vector = await vectorOf(await photo(PORTRAITS.hanna));
    await assert.rejects(client.service.identify({ vector, limit: 1 }), {
      code: 'FACE_UNAVAILABLE',
      message: /no engine/,
    });
    assert.equal(client.error?.code, 'ENGINE_UNAVAILABLE');
  });

  it('that hangs is killed, and what waited is answered', async () => {
    open();
    await client.service.describe({});
    assert.ok(client.pid !== undefined);
    const { pid } = client;
    process.kill(pid, 'SIGSTOP');
    await assert.rejects(analyse(sample(1)), { code: 'FACE_UNAVAILABLE' });
    await reached('down');
    await reached('up');
    assert.notEqual(client.pid, pid);
  });

  it('does not start with a model that is not the one of its manifest', async () => {
    writeFileSync(path.join(folder, 'fr_eye.onnx'), 'something else');
    open();
    await assert.rejects(client.service.describe({}), {
      code: 'CONFIG_INVALID',
      message: /fr_eye\.onnx/,
    });
    assert.equal(client.state, 'down');
  });
});
