import { calibrate } from './calibration/calibrate.ts';
import { calibrationPicture } from './calibration/picture.ts';
import type { GalleryEntry } from './face.ts';
import { createGallery } from './gallery/gallery.ts';
import { identityOf, readManifest } from './models/manifest.ts';
import { openNets } from './models/nets.ts';
import { createAnalyser } from './pictures/analyse.ts';
import { encodeSmall, loadDecoder } from './pictures/decode.ts';
import type { FaceService } from './service.ts';
import { isSameModel } from './template.ts';

/**
 * The service inside this process, with the models of a folder. Rejects with FACE_UNAVAILABLE if onnxruntime-node or
 * sharp is not installed, CONFIG_INVALID if the models are not those of the manifest.
 */
export async function createFaceService(models: string): Promise<FaceService> {
  await loadDecoder();
  const manifest = await readManifest(models);
  const nets = await openNets(models, manifest);
  const model = identityOf(manifest);
  const gallery = createGallery(model);
  const analyse = createAnalyser(manifest, nets);
  const { thresholds, margin } = manifest.embedder;
  const description = { model, thresholds, margin, untuned: nets.untuned };

  function put({ entries }: { entries: readonly GalleryEntry[] }): { refused: string[] } {
    const own = entries.filter((entry) => isSameModel(model, entry.model));
    for (const entry of own) gallery.put(entry);
    const others = entries.filter((entry) => !own.includes(entry));
    return { refused: others.map(({ credential }) => credential) };
  }

  function remove({ credentials }: { credentials?: readonly string[] }): { size: number } {
    if (credentials === undefined) gallery.clear();
    for (const credential of credentials ?? []) gallery.remove(credential);
    return { size: gallery.size };
  }

  async function calibrateGallery(falseMatch: number): ReturnType<FaceService['calibrate']> {
    const { curve, ...told } = await calibrate(gallery, description, falseMatch);
    return { ...told, picture: calibrationPicture({ curve, ...told }, description) };
  }

  return {
    describe: () => answer(() => description),
    analyse: ({ picture, demands }) => analyse(picture, demands),
    snapshot: ({ picture }) => encodeSmall(picture),
    identify: ({ vector, limit, ...audience }) =>
      answer(() => ({
        candidates: gallery.search(vector, { limit, ...audience }),
        compared: gallery.count(audience),
      })),
    verify: ({ vector, person }) => answer(() => gallery.verify(vector, person)),
    calibrate: ({ falseMatch }) => calibrateGallery(falseMatch),
    put: (query) => answer(() => put(query)),
    remove: (query) => answer(() => remove(query)),
  };
}

/** What is thrown rejects. */
function answer<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
