import os from 'node:os';
import { performance } from 'node:perf_hooks';

/** Where time comes from. Injected everywhere, so that tests can move it. */
export interface Clock {
  /** Wall time: milliseconds since 1970 UTC. May jump. */
  now(): number;
  /** Monotonic time in milliseconds. Never jumps; used for every duration and time limit. */
  monotonic(): number;
  /** Milliseconds since the machine was started. */
  uptime(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  uptime: () => os.uptime() * 1000,
};
