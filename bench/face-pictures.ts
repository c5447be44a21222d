/**
 * Milliseconds from a picture to a vector, by stage, in this process and through the face process.
 *
 *   node bench/face-pictures.ts [pictures, default 200]
 *
 * The pictures are portraits of 640 x 640 pixels, cut from those of a package. Each stage is one thread.
 */
import { rmSync } from 'node:fs';
import { openFaceClient } from '../lib/face/client.ts';
import { createFaceService } from '../lib/face/local-service.ts';
import { modelFolder, photo, PORTRAITS } from '../test/support/face.ts';
import { percentile, printTable, round } from './support/statistics.ts';

const PICTURES = Number(process.argv[2] ?? 200);
const WARM = 20;

const models = await modelFolder();
const pictures = await Promise.all(
  Object.values(PORTRAITS).map((of) => photo(of, (image) => image.resize(640))),
);
const pictureAt = (index: number): Buffer => pictures[index % pictures.length] ?? Buffer.alloc(0);

/** What each stage took, and all of them, over many pictures. */
async function stages(liveness: boolean): Promise<Map<string, number[]>> {
  const service = await createFaceService(models);
  const taken = new Map<string, number[]>();
  const note = (stage: string, time: number): void => {
    taken.set(stage, [...(taken.get(stage) ?? []), time]);
  };
  const demands = liveness ? {} : { liveness: false as const };
  for (let index = -WARM; index < PICTURES; index += 1) {
    const start = performance.now();
    const { timings } = await service.analyse({ picture: pictureAt(index + WARM), demands });
    if (index < 0) continue;
    note(liveness ? 'all, with liveness' : 'all, without liveness', performance.now() - start);
    if (liveness) for (const [stage, time] of Object.entries(timings)) note(stage, time);
  }
  return taken;
}

/** The same through the process: bytes there, findings and vector back. */
async function throughProcess(): Promise<number[]> {
  const client = openFaceClient({ models });
  const times: number[] = [];
  for (let index = -WARM; index < PICTURES; index += 1) {
    const start = performance.now();
    await client.service.analyse({ picture: pictureAt(index + WARM) });
    if (index >= 0) times.push(performance.now() - start);
  }
  await client.close();
  return times;
}

const started = performance.now();
await createFaceService(models);
console.log(
  `Six models are loaded, tuned and checked in ${round(performance.now() - started)} ms.`,
);
const rows = [
  ...(await stages(true)),
  ...(await stages(false)),
  ['through the face process, with liveness', await throughProcess()] as const,
];
printTable(
  'Milliseconds of one picture, by stage',
  rows.map(([stage, times]) => {
    const samples = Float64Array.from(times);
    return { stage, p50: round(percentile(samples, 0.5)), p95: round(percentile(samples, 0.95)) };
  }),
);
const { rss } = process.memoryUsage();
console.log(`Memory of this process: ${round(rss / 1e6)} MB.`);
rmSync(models, { recursive: true, force: true });
