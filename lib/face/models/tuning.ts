import {
  constantField,
  GRAPH,
  MODEL,
  operationField,
  readConstant,
  readOperation,
  type Constant,
} from './onnx.ts';
import { readFields, writeFields, type Field } from './protobuf.ts';

/**
 * Weights below this add nothing that a 32-bit float could hold. Training leaves them in channels that have died
 * out, and products of them fall below the normal range of floats, where processors compute up to a hundred times
 * slower.
 */
const VANISHING = 1e-20;

/**
 * The same network, written so that it runs faster: vanishing weights are zero, and each `PRelu(x)` is
 * `conv(x, a) + conv(relu(x), 1 - a)`, where both convolutions take each channel for itself. onnxruntime has no
 * PRelu for its blocked layout of data on x86 and changes the layout twice around each. Undefined where there is
 * nothing to change.
 */
export function tune(model: Uint8Array): Uint8Array | undefined {
  const fields = readFields(model);
  const graph = fields.find(({ number }) => number === MODEL.graph);
  if (graph === undefined || typeof graph.value === 'bigint') return undefined;
  const parts = readFields(graph.value);
  const tuned = withoutPRelu(withoutVanishing(parts));
  const isSame = tuned.length === parts.length && tuned.every((part, at) => part === parts[at]);
  if (isSame) return undefined;
  graph.value = writeFields(tuned);
  return writeFields(fields);
}

function withoutVanishing(graph: readonly Field[]): Field[] {
  const vanishes = (weight: number): boolean => weight !== 0 && Math.abs(weight) < VANISHING;
  return graph.map((field) => {
    const constant = constantOf(field);
    if (!constant?.values.some(vanishes)) return field;
    const values = constant.values.map((weight) => (vanishes(weight) ? 0 : weight));
    return constantField({ ...constant, values });
  });
}

function withoutPRelu(graph: readonly Field[]): Field[] {
  const slopes = new Map<string, Constant>();
  for (const field of graph) {
    const constant = constantOf(field);
    if (constant !== undefined && isPerChannel(constant)) slopes.set(constant.name, constant);
  }
  return graph.flatMap((field) => {
    if (field.number !== GRAPH.node || typeof field.value === 'bigint') return [field];
    const { type, inputs, outputs } = readOperation(field.value);
    const [input = '', slopeName = ''] = inputs;
    const [output = ''] = outputs;
    const slope = slopes.get(slopeName);
    return type === 'PRelu' && slope !== undefined ? replacement(input, slope, output) : [field];
  });
}

function constantOf({ number, value }: Field): Constant | undefined {
  return number === GRAPH.initializer && typeof value !== 'bigint'
    ? readConstant(value)
    : undefined;
}

function isPerChannel({ shape, values }: Constant): boolean {
  return shape.length === 3 && shape[0] === values.length;
}

function replacement(input: string, { values }: Constant, output: string): Field[] {
  const channels = values.length;
  const shape = [channels, 1, 1, 1];
  const name = (part: string): string => `${output}:${part}`;
  const plain = (type: string, inputs: string[], to: string): Field =>
    operationField({ name: name(type), type, inputs, outputs: [to] });
  const perChannel = (from: string, weights: string, to: string): Field =>
    operationField({
      name: to,
      type: 'Conv',
      inputs: [from, weights],
      outputs: [to],
      attributes: { group: channels, kernel_shape: [1, 1] },
    });
  return [
    constantField({ name: name('slope'), shape, values }),
    constantField({ name: name('rest'), shape, values: values.map((slope) => 1 - slope) }),
    plain('Relu', [input], name('relu')),
    perChannel(input, name('slope'), name('below')),
    perChannel(name('relu'), name('rest'), name('above')),
    plain('Add', [name('below'), name('above')], output),
  ];
}
