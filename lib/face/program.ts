import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from '../process/child.ts';
import { LEAN } from '../process/lean.ts';
import type { FaceMethod } from './service.ts';

/** How long a caller waits for an answer, in milliseconds. A picture has 2 s to be decoded (T-22), and one more. */
const TIME_LIMITS: Readonly<Record<FaceMethod, number>> = {
  describe: 2000,
  analyse: 3000,
  snapshot: 3000,
  identify: 2000,
  verify: 2000,
  calibrate: 60_000,
  put: 30_000,
  remove: 10_000,
};
const MOST_PENDING = 1000;
/** Six models on a slow gateway. Milliseconds. */
const START_LIMIT = 30_000;

const OWN_EXTENSION = extname(import.meta.url);
/** From TypeScript sources and from the built package alike. */
const ENTRY = fileURLToPath(new URL(`./process${OWN_EXTENSION}`, import.meta.url));
/** Where the build puts the models. */
const MODELS = fileURLToPath(
  new URL(OWN_EXTENSION === '.ts' ? '../../dist/models' : '../../models', import.meta.url),
);

/** What the face process is started with. */
export interface FaceStart {
  /** The folder of the models and their `manifest.json`. */
  models: string;
}

export interface FaceProgramOptions {
  /** Default: the models that the package brings. */
  models?: string;
  /** Added to the environment of this process. */
  env?: NodeJS.ProcessEnv;
}

/** The face process as a program. */
export function faceProgram({ models = MODELS, env }: FaceProgramOptions): Program<FaceMethod> {
  const options: FaceStart = { models };
  return {
    name: 'face process',
    entry: ENTRY,
    options,
    flags: ['--max-old-space-size=256', '--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...LEAN, ...env },
    serialization: 'advanced',
    timeLimits: TIME_LIMITS,
    startLimit: START_LIMIT,
    mostPending: MOST_PENDING,
    overdue: (method) => (method === 'analyse' || method === 'snapshot' ? 'hung' : 'slow'),
    unavailable: 'FACE_UNAVAILABLE',
  };
}
