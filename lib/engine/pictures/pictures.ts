import path from 'node:path';
import Type from 'typebox';
import { FileId } from '../../link/pictures/files.ts';
import type { Clock } from '../../model/clock.ts';
import { Id, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import {
  SNAPSHOTS,
  idOfReference,
  pictureFiles,
  referenceOf,
  removePicture,
  shelfFolder,
} from '../../pictures/files.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Secrets } from '../secrets.ts';
import type { Store } from '../store/store.ts';
import { createCount, type PictureCount } from './count.ts';
import type { PictureEngine } from './interface.ts';
import type { Origin } from './queries.ts';

/** How often it is looked for pictures that are gone, in milliseconds. */
const EVERY = 3_600_000;
const AT_A_TIME = 500;

export interface Pictures {
  methods: PictureEngine;
  /** Deletes the pictures of a person here, own and collected; resolves with how many there were (N15). */
  erase(person: string, now: number): Promise<number>;
  /** The own pictures; at most a minute old. */
  count(): Promise<PictureCount>;
  stop(): void;
}

interface Parts {
  store: Pick<Store, 'pictures'>;
  policy: Pick<Policy, 'hasPerson'>;
  secrets: Pick<Secrets, 'pictureKey'>;
  /** Path of the database; the pictures are in its folder. */
  file: string;
  clock: Pick<Clock, 'monotonic'>;
}

const judged = parser(Type.Object({ gateway: Id, id: FileId }, closed));

/** What the engine does about the pictures in its data folder. */
export function createPictures({ store, policy, secrets, file, clock }: Parts): Pictures {
  const folder = path.dirname(file);
  const snapshots = path.join(folder, SNAPSHOTS);

  /** Whoever is not known here any more stays erased, whatever the clocks say. */
  function isErased({ person, at, received, erased }: Origin): boolean {
    if (person === undefined || erased === undefined) return false;
    return !policy.hasPerson(person) || Math.min(at, received) <= erased;
  }

  /** Forgets whose pictures were that are gone: they go in the order in which they came, more or less. */
  async function tidy(): Promise<void> {
    const there = new Set((await pictureFiles(snapshots)).map(({ id }) => id));
    for (;;) {
      const oldest = await store.pictures('oldest', { limit: AT_A_TIME });
      const gone = oldest.filter((name) => !there.has(idOfReference(name) ?? ''));
      if (gone.length > 0) await store.pictures('forget', { snapshots: gone });
      if (gone.length < AT_A_TIME) return;
    }
  }

  const timer = setInterval(() => {
    tidy().catch(() => undefined); // The store says itself what is wrong with it, and the next time comes.
  }, EVERY).unref();

  return {
    methods: {
      pictureKey: () =>
        Promise.resolve({ key: Buffer.from(secrets.pictureKey()).toString('base64') }),
      async judgePicture(query) {
        const { gateway, id } = judged.parse(query, 'query');
        const origins = await store.pictures('origins', { gateway, snapshot: referenceOf(id) });
        if (origins.length === 0) return { verdict: 'unknown' };
        return { verdict: origins.some(isErased) ? 'erased' : 'wanted' };
      },
    },
    async erase(person, now) {
      // Noted first: what arrives from now on is refused, so that nothing can slip in behind.
      const { own, collected } = await store.pictures('erasing', { person, at: now });
      const places = [
        ...own.map((snapshot) => ({ place: snapshots, snapshot })),
        ...collected.map(({ gateway, snapshot }) => ({
          place: shelfFolder(folder, gateway),
          snapshot,
        })),
      ];
      let erased = 0;
      for (const { place, snapshot } of places) {
        const id = idOfReference(snapshot);
        if (id !== undefined && (await removePicture(place, id))) erased += 1;
      }
      await store.pictures('forget', { snapshots: own });
      return erased;
    },
    count: createCount(snapshots, clock),
    stop() {
      clearInterval(timer);
    },
  };
}
