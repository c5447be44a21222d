import assert from 'node:assert/strict';
import type { FaceChanges } from '../../../lib/engine/faces/interface.ts';
import { createFollower } from '../../../lib/face/gallery/follow.ts';
import { createGallery } from '../../../lib/face/gallery/gallery.ts';
import { isSameModel, toTemplate } from '../../../lib/face/template.ts';
import { modelOf, randomVector, seeded } from '../support.ts';

const MODEL = modelOf(16);
const OTHER = { ...MODEL, version: '0' };

function template(credential: string, model = MODEL) {
  const bytes = toTemplate(randomVector(seeded(3), 16));
  const text = Buffer.from(bytes).toString('base64');
  return { credential, person: `p-${credential}`, groups: [], model, template: text };
}

/** An engine that gives these steps, one after the other, and remembers what it was asked. */
function engineOf(steps: Partial<FaceChanges>[]) {
  const asked: (string | undefined)[] = [];
  let at = 0;
  return {
    asked,
    faceChanges: async ({ cursor }: { cursor?: string }): Promise<FaceChanges> => {
      asked.push(cursor);
      at += 1;
      const step = steps[at - 1] ?? {};
      const nothing = { reset: false, put: [], removed: [], broken: [], more: false };
      return Promise.resolve({ cursor: `c${at}`, ...nothing, ...step });
    },
  };
}

function galleryOf() {
  const gallery = createGallery(MODEL);
  const failing = { next: false };
  return {
    gallery,
    failing,
    service: {
      put: async ({ entries }: { entries: readonly Parameters<typeof gallery.put>[0][] }) => {
        if (failing.next) throw new Error('the process is gone');
        const own = entries.filter(({ model }) => isSameModel(MODEL, model));
        for (const entry of own) gallery.put(entry);
        const refused = entries.filter((entry) => !own.includes(entry));
        return Promise.resolve({ refused: refused.map(({ credential }) => credential) });
      },
      remove: async ({ credentials }: { credentials?: readonly string[] }) => {
        if (credentials === undefined) gallery.clear();
        for (const credential of credentials ?? []) gallery.remove(credential);
        return Promise.resolve({ size: gallery.size });
      },
    },
  };
}

describe('face gallery follower', () => {
  it('goes on until there is nothing more, from where it was', async () => {
    const engine = engineOf([
      { reset: true, put: [template('a')], more: true },
      { put: [template('b')] },
      { removed: ['a'] },
    ]);
    const { gallery, service } = galleryOf();
    const follower = createFollower(engine);
    await follower.follow(service, true);
    assert.equal(gallery.size, 2);
    await follower.follow(service, false);
    assert.equal(gallery.size, 1);
    assert.deepEqual(engine.asked, [undefined, 'c1', 'c2']);
  });

  it('begins anew with an empty gallery', async () => {
    const engine = engineOf([{ reset: true, put: [template('a')] }, { reset: true }]);
    const { gallery, service } = galleryOf();
    const follower = createFollower(engine);
    await follower.follow(service, true);
    await follower.follow(service, true);
    assert.deepEqual(engine.asked, [undefined, undefined]);
    assert.equal(gallery.size, 0);
  });

  it('does a step again that has failed', async () => {
    const engine = engineOf([{ reset: true }, { put: [template('a')] }, { put: [template('a')] }]);
    const { gallery, service, failing } = galleryOf();
    const follower = createFollower(engine);
    await follower.follow(service, true);
    failing.next = true;
    await assert.rejects(follower.follow(service, false));
    failing.next = false;
    await follower.follow(service, false);
    assert.deepEqual(engine.asked, [undefined, 'c1', 'c1']);
    assert.equal(gallery.size, 1);
  });

  it('keeps a list of what has to be enrolled anew, and does not find what was there before', async () => {
    const engine = engineOf([
      { reset: true, put: [template('a'), template('b')] },
      { put: [template('a', OTHER)], broken: ['b'] },
      { put: [template('a')] },
    ]);
    const { gallery, service } = galleryOf();
    const follower = createFollower(engine);
    await follower.follow(service, true);
    await follower.follow(service, false);
    assert.equal(gallery.size, 0);
    assert.deepEqual([...follower.unusable.refused], ['a']);
    assert.deepEqual([...follower.unusable.broken], ['b']);
    await follower.follow(service, false);
    assert.deepEqual([...follower.unusable.refused], []);
    assert.equal(gallery.size, 1);
  });
});
