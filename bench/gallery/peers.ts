import { createRequire } from 'node:module';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GRAPH, MODEL, operationField, valueField } from '../../lib/face/models/onnx.ts';
import { bytesField, numberField, writeFields } from '../../lib/face/models/protobuf.ts';

/** Searches a probe among all vectors of a matrix. */
export type PeerSearch = (probe: Float32Array) => Promise<void>;

interface Usearch {
  MetricKind: { IP: string };
  readonly exactSearch: (...args: [Float32Array, Float32Array, number, number, string, number]) => {
    keys: BigUint64Array;
  };
}

/** usearch without an index, on one thread. It ignores where a view begins: the matrix has to own its buffer. */
export function usearchExact(matrix: Float32Array, dimension: number, limit: number): PeerSearch {
  const { exactSearch, MetricKind } = createRequire(import.meta.url)('usearch') as Usearch;
  return async (probe) => {
    exactSearch(matrix, probe, dimension, limit, MetricKind.IP, 1);
    return Promise.resolve();
  };
}

/** onnxruntime: one multiplication of the matrix, which is an input of the graph, and the best of the result. */
export async function onnxMatMul(
  matrix: Float32Array,
  dimension: number,
  limit: number,
): Promise<PeerSearch> {
  const rows = matrix.length / dimension;
  const session = await InferenceSession.create(modelOf(rows, dimension), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const gallery = new Tensor('float32', matrix, [rows, dimension]);
  return async (probe) => {
    const { scores } = await session.run({
      probe: new Tensor('float32', probe, [1, dimension]),
      gallery,
    });
    bestOf(scores?.data as Float32Array, limit);
  };
}

function modelOf(rows: number, dimension: number): Uint8Array {
  const product = operationField({
    name: 'product',
    type: 'Gemm',
    inputs: ['probe', 'gallery'],
    outputs: ['scores'],
    attributes: { transB: 1 },
  });
  return writeFields([
    numberField(MODEL.irVersion, 7),
    bytesField(MODEL.producer, 'bench'),
    bytesField(MODEL.graph, [
      product,
      bytesField(GRAPH.name, 'search'),
      valueField(GRAPH.input, 'probe', [1, dimension]),
      valueField(GRAPH.input, 'gallery', [rows, dimension]),
      valueField(GRAPH.output, 'scores', [1, rows]),
    ]),
    bytesField(MODEL.opset, [bytesField(1, ''), numberField(2, 13)]),
  ]);
}

function bestOf(scores: Float32Array, limit: number): number[] {
  const best: number[] = [];
  let floor = -2;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] ?? 0;
    if (score <= floor) continue;
    best.push(at);
    best.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    best.length = Math.min(best.length, limit);
    if (best.length === limit) floor = scores[best[limit - 1] ?? 0] ?? -2;
  }
  return best;
}
