/**
 * Milliseconds from a picture to a vector, by stage and in all, in this process and through the face process, and the
 * memory of that process with 50,000 people.
 *
 *   node bench/face-pictures.ts [pictures, default 200]
 *
 * The pictures are JPEGs of 640 x 480 pixels with a portrait in the middle. Each stage is one thread. The targets are
 * for pictures of which neither turn, eyes nor sharpness is asked.
 */
import { readFileSync, rmSync } from 'node:fs';
import { openFaceClient, type GalleryService } from '../lib/face/client.ts';
import type { FaceDemands, GalleryEntry } from '../lib/face/face.ts';
import { createFaceService } from '../lib/face/local-service.ts';
import { identityOf, readManifest } from '../lib/face/models/manifest.ts';
import type { FaceService } from '../lib/face/service.ts';
import { toTemplate } from '../lib/face/template.ts';
import { randomVector, seeded } from '../test/face/support.ts';
import { modelFolder, photo, PORTRAITS } from '../test/support/face.ts';
import { percentile, printTable, round } from './support/statistics.ts';

const PICTURES = Number(process.argv[2] ?? 200);
const WARM = 30;
const PEOPLE = 50_000;
const BATCH = 1000;

/** What is asked of a picture, and the target for the median in milliseconds. */
const ASKED: Record<string, { demands: FaceDemands; target?: number }> = {
  'picture to vector': {
    demands: { turn: false, eyes: false, sharpness: false, liveness: false },
    target: 12,
  },
  'the same with liveness': { demands: { turn: false, eyes: false, sharpness: false }, target: 17 },
  'with all that is asked by default': { demands: {} },
};

const models = await modelFolder();
const pictures = await Promise.all(
  Object.values(PORTRAITS).map((of) =>
    photo(of, (image) => image.resize(640, 480, { fit: 'contain', background: '#808080' })),
  ),
);
const pictureAt = (index: number): Buffer => pictures[index % pictures.length] ?? Buffer.alloc(0);

type Times = Map<string, number[]>;

/** What each stage took, and all of them, over many pictures. */
async function measure(
  service: Pick<FaceService, 'analyse'>,
  demands: FaceDemands,
): Promise<Times> {
  const taken: Times = new Map();
  for (let index = -WARM; index < PICTURES; index += 1) {
    const start = performance.now();
    const { timings } = await service.analyse({ picture: pictureAt(index + WARM), demands });
    const all = performance.now() - start;
    if (index < 0) continue;
    for (const [stage, time] of Object.entries({ ...timings, all })) {
      taken.set(stage, [...(taken.get(stage) ?? []), time]);
    }
  }
  return taken;
}

function rowOf(
  what: string,
  times: readonly number[],
  target?: number,
): Record<string, string | number> {
  const samples = Float64Array.from(times);
  const p50 = percentile(samples, 0.5);
  const ratio = target === undefined ? '' : round(p50 / target);
  return {
    what,
    p50: round(p50),
    p95: round(percentile(samples, 0.95)),
    target: target ?? '',
    ratio,
  };
}

async function enrolMany(gallery: GalleryService): Promise<void> {
  const random = seeded(1);
  const model = identityOf(await readManifest(models));
  const entryOf = (at: number): GalleryEntry => ({
    credential: `credential ${at}`,
    person: `person ${at}`,
    groups: ['staff'],
    model,
    template: toTemplate(randomVector(random, model.dimension ?? 512)),
  });
  for (let first = 0; first < PEOPLE; first += BATCH) {
    await gallery.put({ entries: Array.from({ length: BATCH }, (_, at) => entryOf(first + at)) });
  }
}

/** The same through the process: bytes there, findings and vector back. Beside it the memory of that process. */
async function throughProcess(): Promise<{ times: number[]; memory: number }> {
  const client = openFaceClient({ models, follow: enrolMany });
  const vector = new Float32Array(512).fill(512 ** -0.5);
  await client.service.identify({ vector, limit: 1 }); // the gallery is whole
  const taken = await measure(client.service, {});
  const status = readFileSync(`/proc/${client.pid ?? 'self'}/status`, 'utf8');
  await client.close();
  const memory = (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6;
  return { times: taken.get('all') ?? [], memory };
}

const started = performance.now();
const service = await createFaceService(models);
const loaded = performance.now() - started;
console.log(`Six models are loaded, tuned and checked in ${round(loaded)} ms.`);

const rows: Record<string, string | number>[] = [];
let stages: Times = new Map();
for (const [what, { demands, target }] of Object.entries(ASKED)) {
  stages = await measure(service, demands);
  rows.push(rowOf(what, stages.get('all') ?? [], target));
}
stages.delete('all');
const { times, memory } = await throughProcess();
rows.push(rowOf('through the face process', times));
printTable('Milliseconds of one picture', rows);
printTable(
  'Milliseconds by stage',
  [...stages].map(([stage, taken]) => rowOf(stage, taken)),
);
console.log(
  `The face process with ${PEOPLE} people: ${round(memory)} MB, target 320, ratio ${round(memory / 320)}.`,
);
rmSync(models, { recursive: true, force: true });
