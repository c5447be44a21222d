/**
 * One face against galleries of several sizes, ten best people, on one thread: the gallery with each of its kernels,
 * beside the reading of as much memory, usearch without an index and onnxruntime on vectors of 32-bit floats.
 *
 *   node --expose-gc bench/gallery.ts [sizes, default 2000,50000,200000,1000000]
 *
 * Peers are left out where their vectors, with a copy and some room, do not fit into the free memory.
 */
import { freemem } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { FaceGallery } from '../lib/face/face.ts';
import { createGallery } from '../lib/face/gallery/gallery.ts';
import { plainRows } from '../lib/face/gallery/plain-rows.ts';
import { wasmRows } from '../lib/face/gallery/wasm-rows.ts';
import type { RowsFactory } from '../lib/face/gallery/rows.ts';
import { toTemplate } from '../lib/face/template.ts';
import { memoryReader } from './gallery/floor.ts';
import { onnxMatMul, usearchExact, type PeerSearch } from './gallery/peers.ts';
import { percentile, printTable, round } from './support/statistics.ts';

const DIMENSION = 512;
const LIMIT = 10;
const SIZES = (process.argv[2] ?? '2000,50000,200000,1000000').split(',').map(Number);
const SAMPLES = 200;
const FEW_SAMPLES = 40;
const MANY = 250_000;
/** Times the bytes of all vectors: they are copied once, and more has to be free than what is used. */
const PEER_ROOM = 3;
const LARGEST_PLAIN = 2000;
const CHANGES = 5000;
const MODEL = {
  ...{ algorithm: 'bench', version: '1', dimension: DIMENSION },
  ...{ quantisation: 'int7', digest: '00'.repeat(32) },
};

type Row = Record<string, string | number>;

/** Vectors of length 1 that are all different: a few, each turned by so many places. */
const POOL = Array.from({ length: 2048 }, () => {
  const values = Array.from({ length: DIMENSION }, () => Math.random() + Math.random() - 1);
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
});

function vectorOf(at: number): Float32Array {
  const base = POOL[at % POOL.length] ?? new Float32Array();
  const turn = Math.floor(at / POOL.length) % DIMENSION;
  const turned = new Float32Array(DIMENSION);
  turned.set(base.subarray(turn));
  turned.set(base.subarray(0, turn), DIMENSION - turn);
  return turned;
}

function fill(gallery: FaceGallery, size: number): void {
  for (let at = 0; at < size; at++) {
    const template = toTemplate(vectorOf(at));
    gallery.put({
      credential: `c${at}`,
      person: `p${at}`,
      groups: ['staff'],
      model: MODEL,
      template,
    });
  }
}

async function timed(samples: number, work: () => unknown): Promise<Float64Array> {
  const times = new Float64Array(samples);
  for (let warm = 0; warm < 20; warm++) await work();
  for (let at = 0; at < samples; at++) {
    const start = performance.now();
    await work();
    times[at] = performance.now() - start;
  }
  return times;
}

function rowOf(name: string, times: Float64Array, floor: number, bytes: number): Row {
  const p50 = percentile(times, 0.5);
  return {
    method: name,
    'p50 ms': round(p50, 3),
    'p95 ms': round(percentile(times, 0.95), 3),
    'of the floor for 512 B': round(floor / p50),
    'bytes a person': bytes,
  };
}

function resident(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

async function measureGallery(name: string, rows: RowsFactory, size: number, floor: number) {
  const before = resident();
  const gallery = createGallery(MODEL, rows);
  fill(gallery, size);
  const memory = (resident() - before) / 2 ** 20;
  const samples = size > MANY ? FEW_SAMPLES : SAMPLES;
  const times = await timed(samples, () => gallery.search(randomProbe(), { limit: LIMIT }));
  const row = rowOf(name, times, floor, DIMENSION);
  return { ...row, 'MB RSS': round(memory, 0), ...changeTimes(gallery) };
}

function changeTimes(gallery: FaceGallery): Row {
  const templates = Array.from({ length: CHANGES }, (_, at) => toTemplate(vectorOf(at * 7)));
  const start = performance.now();
  for (const [at, template] of templates.entries()) {
    gallery.put({
      credential: `n${at}`,
      person: `n${at}`,
      groups: ['staff'],
      model: MODEL,
      template,
    });
  }
  const added = performance.now();
  for (let at = 0; at < CHANGES; at++) gallery.remove(`n${at}`);
  const perChange = (duration: number): number => round((duration / CHANGES) * 1000, 1);
  return { 'put µs': perChange(added - start), 'remove µs': perChange(performance.now() - added) };
}

async function measurePeers(size: number, floor: number): Promise<Row[]> {
  const matrix = new Float32Array(size * DIMENSION);
  for (let at = 0; at < size; at++) matrix.set(vectorOf(at), at * DIMENSION);
  const peers: [string, PeerSearch][] = [
    ['usearch exact f32', usearchExact(matrix, DIMENSION, LIMIT)],
    ['onnxruntime f32', await onnxMatMul(matrix, DIMENSION, LIMIT)],
  ];
  const rows: Row[] = [];
  for (const [name, search] of peers) {
    const times = await timed(FEW_SAMPLES, () => search(randomProbe()));
    rows.push(rowOf(name, times, floor, DIMENSION * 4));
  }
  return rows;
}

function randomProbe(): Float32Array {
  return vectorOf(Math.floor(Math.random() * 1_000_000));
}

async function measure(size: number): Promise<void> {
  const read = await memoryReader(size * DIMENSION);
  const floorTimes = await timed(size > MANY ? FEW_SAMPLES : SAMPLES, read);
  const floor = percentile(floorTimes, 0.5);
  const rows: Row[] = [rowOf('reading the memory', floorTimes, floor, DIMENSION)];
  const kernels: [string, RowsFactory | undefined][] = [
    ['gallery, relaxed SIMD', wasmRows('relaxed')],
    ['gallery, baseline SIMD', wasmRows('baseline')],
    ['gallery, plain JavaScript', size <= LARGEST_PLAIN ? plainRows : undefined],
  ];
  for (const [name, kernel] of kernels) {
    if (kernel !== undefined) rows.push(await measureGallery(name, kernel, size, floor));
  }
  const peerBytes = size * DIMENSION * Float32Array.BYTES_PER_ELEMENT;
  if (freemem() > PEER_ROOM * peerBytes) rows.push(...(await measurePeers(size, floor)));
  printTable(`${size} people of ${DIMENSION} values, best ${LIMIT}`, rows);
}

for (const size of SIZES) await measure(size);
