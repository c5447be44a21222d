import { constantField, constantOf, operationOf, withAttribute, type Constant } from './onnx.ts';
import type { Field } from './protobuf.ts';

/** Channels that onnxruntime keeps together in its blocked layout of data on x86; without AVX-512 half as many. */
const BLOCK = 16;

/** A convolution or a PRelu. */
interface Step {
  input: string;
  output: string;
  weights: Constant;
  bias: string;
  /** Takes each channel for itself, so that its input has as many channels as its output. */
  single: boolean;
}

/**
 * The same graph, in which the values between convolutions have a multiple of 16 channels; those that are added are
 * zero. onnxruntime leaves its blocked layout for every convolution of single channels with another number of them.
 */
export function padded(graph: readonly Field[]): Field[] {
  const steps = stepsOf(graph);
  const wide = wideValues(graph, steps);
  const shapes = wideShapes([...steps.values()], wide);
  return graph.map((field) => {
    const constant = constantOf(field);
    const shape = constant && shapes.get(constant.name);
    if (constant && shape) return constantField(enlarged(constant, shape));
    const step = steps.get(field);
    const isWide = step?.single === true && wide.has(step.output);
    return isWide ? withAttribute(field, 'group', up(channelsOf(step))) : field;
  });
}

function stepsOf(graph: readonly Field[]): Map<Field, Step> {
  const constants = new Map<string, Constant>();
  for (const field of graph) {
    const constant = constantOf(field);
    if (constant !== undefined) constants.set(constant.name, constant);
  }
  const steps = new Map<Field, Step>();
  for (const field of graph) {
    const { type = '', inputs = [], outputs = [] } = operationOf(field) ?? {};
    const [input = '', weightsName = '', bias = ''] = inputs;
    const [output = ''] = outputs;
    const weights = constants.get(weightsName);
    if (weights === undefined || !['Conv', 'PRelu'].includes(type)) continue;
    const single = type === 'PRelu' || weights.shape[1] === 1;
    steps.set(field, { input, output, weights, bias, single });
  }
  return steps;
}

/** Values that are to be widened: nothing else reads them, and across single channels both sides are. */
function wideValues(graph: readonly Field[], steps: ReadonlyMap<Field, Step>): Set<string> {
  const all = [...steps.values()];
  const odd = all.filter((step) => up(channelsOf(step)) !== channelsOf(step));
  const wide = new Set(odd.map(({ output }) => output));
  const inner = new Set(all.map(({ input }) => input));
  for (const name of wide) if (!inner.has(name)) wide.delete(name);
  const others = graph.filter((field) => !steps.has(field));
  for (const name of others.flatMap((field) => operationOf(field)?.inputs ?? [])) wide.delete(name);
  const single = all.filter((step) => step.single);
  const isTorn = ({ input, output }: Step): boolean => wide.has(input) !== wide.has(output);
  for (let torn = single.filter(isTorn); torn.length > 0; torn = single.filter(isTorn)) {
    for (const { input, output } of torn) [input, output].forEach((name) => wide.delete(name));
  }
  return wide;
}

/** The new shapes of constants, by name. */
function wideShapes(steps: readonly Step[], wide: ReadonlySet<string>): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  for (const { input, output, weights, bias, single } of steps) {
    if (!wide.has(input) && !wide.has(output)) continue;
    const [to = 0, from = 0, ...window] = weights.shape;
    const channels = wide.has(output) ? up(to) : to;
    const taken = wide.has(input) && !single ? up(from) : from;
    shapes.set(weights.name, [channels, taken, ...window]).set(bias, [channels]);
  }
  return shapes;
}

/** A constant with zeros behind its first and its second dimension. */
function enlarged({ name, shape, values }: Constant, wanted: readonly number[]): Constant {
  const [rows = 1, columns = 1] = shape;
  const [, wantedColumns = 1] = wanted;
  const row = values.length / rows;
  const result = new Float32Array(wanted.reduce((product, size) => product * size, 1));
  for (let at = 0; at < rows; at += 1) {
    result.set(values.subarray(at * row, (at + 1) * row), (at * row * wantedColumns) / columns);
  }
  return { name, shape: wanted, values: result };
}

function channelsOf({ weights }: Step): number {
  return weights.shape[0] ?? 0;
}

function up(channels: number): number {
  return Math.ceil(channels / BLOCK) * BLOCK;
}
