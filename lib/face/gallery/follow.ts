import type { FaceEngine, FaceTemplate } from '../../engine/faces/interface.ts';
import type { GalleryEntry } from '../face.ts';
import type { FaceService } from '../service.ts';

/** Templates are opened on the thread of the engine, some 50 µs each: decisions wait for one page at most. */
const PAGE = 100;

type Gallery = Pick<FaceService, 'put' | 'remove'>;

/** What a gallery could not take: all of them have to be enrolled anew. */
export interface Unusable {
  /** Credentials whose template is of another model (N5). */
  refused: ReadonlySet<string>;
  /** Credentials whose template cannot be opened. */
  broken: ReadonlySet<string>;
}

/** Leads a gallery to what the engine holds. */
export interface GalleryFollower {
  /** Brings the gallery in step; `isFresh` for one that is empty. What fails is done again by the next call. */
  follow(gallery: Gallery, isFresh: boolean): Promise<void>;
  readonly unusable: Unusable;
}

export function createFollower(engine: Pick<FaceEngine, 'faceChanges'>): GalleryFollower {
  let cursor: string | undefined;
  const refused = new Set<string>();
  const broken = new Set<string>();

  function forget(credentials: readonly string[]): void {
    for (const credential of credentials) {
      refused.delete(credential);
      broken.delete(credential);
    }
  }

  async function step(gallery: Gallery): Promise<boolean> {
    const changes = await engine.faceChanges({
      ...(cursor !== undefined && { cursor }),
      limit: PAGE,
    });
    if (changes.reset) {
      await gallery.remove({});
      refused.clear();
      broken.clear();
    }
    const gone = [...changes.removed, ...changes.broken];
    if (gone.length > 0) await gallery.remove({ credentials: gone });
    forget([...gone, ...changes.put.map(({ credential }) => credential)]);
    for (const credential of changes.broken) broken.add(credential);
    if (changes.put.length > 0) {
      const answer = await gallery.put({ entries: changes.put.map(entryOf) });
      // The template before it must not be found any more.
      if (answer.refused.length > 0) await gallery.remove({ credentials: answer.refused });
      for (const credential of answer.refused) refused.add(credential);
    }
    ({ cursor } = changes);
    return changes.more;
  }

  return {
    unusable: { refused, broken },
    async follow(gallery, isFresh) {
      if (isFresh) cursor = undefined;
      while (await step(gallery));
    },
  };
}

function entryOf({ template, ...entry }: FaceTemplate): GalleryEntry {
  return { ...entry, template: new Uint8Array(Buffer.from(template, 'base64')) };
}
