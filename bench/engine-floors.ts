import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { percentile } from './support/statistics.ts';

const WARM_UP = 2000;
const SAMPLES = 5000;

export interface Latency {
  p50: number;
  p99: number;
}

export function latencyOf(samples: readonly number[]): Latency {
  const times = Float64Array.from(samples);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** The least that a process of its own costs: a message of the same size, there and back. */
export async function channelFloor(message: object): Promise<Latency> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
  const file = join(folder, 'echo.mjs');
  writeFileSync(file, `process.on('message', (message) => process.send(message));`);
  const child = fork(file, []);
  const echo = (): Promise<void> =>
    new Promise((resolve) => {
      child.once('message', () => {
        resolve();
      });
      child.send(message);
    });
  const samples = await sample(echo);
  child.kill();
  rmSync(folder, { recursive: true });
  return latencyOf(samples);
}

/** The least that durability costs: one row of the same size, one commit, WAL and FULL. */
export async function commitFloor(row: string): Promise<Latency> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
  const db = new DatabaseSync(join(folder, 'floor.db'));
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (body TEXT)');
  const insert = db.prepare('INSERT INTO t VALUES (?)');
  const samples = await sample(() => {
    insert.run(row);
    return Promise.resolve();
  });
  db.close();
  rmSync(folder, { recursive: true });
  return latencyOf(samples);
}

/** Milliseconds of each call, one after the other, once warm. */
export async function sample(call: () => Promise<unknown>): Promise<number[]> {
  for (let count = 0; count < WARM_UP; count += 1) await call();
  const samples: number[] = [];
  for (let count = 0; count < SAMPLES; count += 1) {
    const started = performance.now();
    await call();
    samples.push(performance.now() - started);
  }
  return samples;
}
