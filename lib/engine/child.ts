import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from '../process/child.ts';
import { LEAN } from '../process/lean.ts';
import { TIME_LIMITS, type StartOptions } from './channel.ts';
import type { EngineMethod } from './engine.ts';

const MOST_PENDING = 5000;
/** A big database and its recovery after a power cut. Milliseconds. */
const START_LIMIT = 60_000;

/** A quarter of the heap's bound holds 50,000 people; without one a leak would take the gateway down (F-31). */
const NODE_FLAGS = [
  '--max-old-space-size=256',
  '--max-semi-space-size=2',
  '--expose-gc',
  '--disable-warning=ExperimentalWarning',
];

/** From TypeScript sources and from the built package alike. */
const ENTRY = fileURLToPath(new URL(`./process${extname(import.meta.url)}`, import.meta.url));

export interface ChildOptions extends StartOptions {
  /** Added to the environment of this process. */
  env?: NodeJS.ProcessEnv;
}

/** The engine as a program for a process of its own. */
export function engineProgram({ env, ...options }: ChildOptions): Program<EngineMethod> {
  return {
    name: 'engine',
    entry: ENTRY,
    options,
    flags: NODE_FLAGS,
    env: { ...process.env, ...LEAN, ...env },
    serialization: 'json',
    timeLimits: TIME_LIMITS,
    startLimit: START_LIMIT,
    mostPending: MOST_PENDING,
    // Nobody expects the door to open any more (F-30).
    overdue: (method) => (method === 'decide' ? 'late' : 'slow'),
    unavailable: 'ENGINE_UNAVAILABLE',
  };
}
