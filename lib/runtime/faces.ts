import { openFaceClient, type FaceClient } from '../face/client.ts';
import { DispatchedPhotos } from '../face/use/dispatched.ts';
import { createFollower, type Unusable } from '../face/gallery/follow.ts';
import { optional } from '../model/optional.ts';
import type { SiteApi } from './site.ts';

/** A deploy closes nodes and opens them again; the process goes on meanwhile. Milliseconds. */
const LINGER = 10_000;

/** The faces of a site, shared by its nodes. */
export interface SiteFaces extends Pick<FaceClient, 'service' | 'follow' | 'onState'> {
  readonly client: FaceClient;
  readonly unusable: Unusable;
}

interface Entry {
  faces: SiteFaces;
  holders: number;
  close: () => Promise<void>;
  ending: NodeJS.Timeout | undefined;
}

const entries = new WeakMap<SiteApi, Entry>();

/**
 * The face process of a site; it starts on first use, and ends some time after its last holder has let it go. Its models
 * are those of the package, or of the folder that the environment names in `GATEWIRE_FACE_MODELS`.
 */
export function acquireFaces(site: SiteApi): { faces: SiteFaces; release: () => void } {
  const entry = entries.get(site) ?? open(site);
  clearTimeout(entry.ending);
  entry.holders += 1;
  return {
    faces: entry.faces,
    release: () => {
      entry.holders -= 1;
      if (entry.holders > 0) return;
      entry.ending = setTimeout(() => {
        entries.delete(site);
        void entry.close();
      }, LINGER).unref();
    },
  };
}

function open(site: SiteApi): Entry {
  const follower = createFollower(site.engine);
  const client = openFaceClient({
    ...optional('models', process.env.GATEWIRE_FACE_MODELS),
    follow: async (gallery, isFresh) => {
      if (isFresh) {
        const { model } = await client.service.describe({});
        await site.engine.useFaceModel({ model });
      }
      await follower.follow(gallery, isFresh);
    },
  });
  const photos = new DispatchedPhotos({ engine: site.engine, faces: client });
  const stop = site.engine.on(
    'policy',
    onePerBurst(async () => {
      await client.follow();
      await photos.work().catch(() => undefined); // what is left is done when the process is up again
    }),
  );
  const stopWaiting = client.onState((state) => {
    if (state === 'up') void photos.work().catch(() => undefined);
  });
  const faces: SiteFaces = {
    client,
    unusable: follower.unusable,
    service: client.service,
    follow: () => client.follow(),
    onState: (listener) => client.onState(listener),
  };
  const close = (): Promise<void> => {
    stop();
    stopWaiting();
    return client.close();
  };
  const entry: Entry = { faces, holders: 0, close, ending: undefined };
  entries.set(site, entry);
  return entry;
}

/** However many calls come before the work begins, it is done once for them. `work` must not reject. */
function onePerBurst(work: () => Promise<void>): () => void {
  let last = Promise.resolve();
  let isQueued = false;
  return () => {
    if (isQueued) return;
    isQueued = true;
    last = last.then(() => {
      isQueued = false;
      return work();
    });
  };
}
