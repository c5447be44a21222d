import { bytesField, floatField, numberField, readFields, type Field } from './protobuf.ts';

/** Numbers of the fields of ONNX messages, as far as they are needed (onnx.proto, IR version 7). */
export const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8 } as const;
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, name: 3, type: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, float: 2, integer: 3, text: 4, integers: 8, type: 20 } as const;
const ATTRIBUTE_TYPE = { float: 1, integer: 2, text: 3, integers: 7 } as const;
const TENSOR = { dimension: 1, type: 2, floats: 4, name: 8, raw: 9 } as const;
const FLOAT = 1;

/** An operation of a graph. */
export interface Operation {
  name: string;
  type: string;
  inputs: string[];
  outputs: string[];
  /** Integers are written as integers, lists of them as lists, texts as texts. */
  attributes?: Readonly<Record<string, number | readonly number[] | string>>;
}

/** A constant of a graph. */
export interface Constant {
  name: string;
  shape: readonly number[];
  values: Float32Array;
}

/** What is read of an operation to recognise it. Its attributes stay as they are. */
export function readOperation(message: Uint8Array): Omit<Operation, 'attributes'> {
  const operation = { name: '', type: '', inputs: [] as string[], outputs: [] as string[] };
  for (const { number, value } of readFields(message)) {
    if (typeof value === 'bigint') continue;
    const text = Buffer.from(value).toString();
    if (number === NODE.input) operation.inputs.push(text);
    else if (number === NODE.output) operation.outputs.push(text);
    else if (number === NODE.name) operation.name = text;
    else if (number === NODE.type) operation.type = text;
  }
  return operation;
}

/** The operation that a field of a graph is. */
export function operationOf({ number, value }: Field): Omit<Operation, 'attributes'> | undefined {
  return number === GRAPH.node && typeof value !== 'bigint' ? readOperation(value) : undefined;
}

/** The constant of 32-bit floats that a field of a graph is. */
export function constantOf({ number, value }: Field): Constant | undefined {
  return number === GRAPH.initializer && typeof value !== 'bigint'
    ? readConstant(value)
    : undefined;
}

/** The field of an operation with another value of one of its attributes. */
export function withAttribute(operation: Field, name: string, value: number): Field {
  if (typeof operation.value === 'bigint') return operation;
  const parts = readFields(operation.value).map((part) => {
    if (part.number !== NODE.attribute || typeof part.value === 'bigint') return part;
    const [named] = readFields(part.value).filter((field) => field.number === ATTRIBUTE.name);
    const isMeant =
      named !== undefined &&
      typeof named.value !== 'bigint' &&
      Buffer.from(named.value).toString() === name;
    return isMeant ? bytesField(NODE.attribute, attributeFields(name, value)) : part;
  });
  return bytesField(GRAPH.node, parts);
}

export function operationField({ name, type, inputs, outputs, attributes }: Operation): Field {
  return bytesField(GRAPH.node, [
    ...inputs.map((input) => bytesField(NODE.input, input)),
    ...outputs.map((output) => bytesField(NODE.output, output)),
    bytesField(NODE.name, name),
    bytesField(NODE.type, type),
    ...Object.entries(attributes ?? {}).map(([key, value]) =>
      bytesField(NODE.attribute, attributeFields(key, value)),
    ),
  ]);
}

function attributeFields(name: string, value: number | readonly number[] | string): Field[] {
  const named = bytesField(ATTRIBUTE.name, name);
  const type = (id: number): Field => numberField(ATTRIBUTE.type, id);
  if (typeof value === 'string') {
    return [named, bytesField(ATTRIBUTE.text, value), type(ATTRIBUTE_TYPE.text)];
  }
  if (typeof value !== 'number') {
    const list = value.map((entry) => numberField(ATTRIBUTE.integers, entry));
    return [named, ...list, type(ATTRIBUTE_TYPE.integers)];
  }
  return Number.isInteger(value)
    ? [named, numberField(ATTRIBUTE.integer, value), type(ATTRIBUTE_TYPE.integer)]
    : [named, floatField(ATTRIBUTE.float, value), type(ATTRIBUTE_TYPE.float)];
}

/** A constant of 32-bit floats; undefined where it is of another type or kept in another way. */
export function readConstant(message: Uint8Array): Constant | undefined {
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  const shape: number[] = [];
  for (const { number, value } of readFields(message)) {
    if (number === TENSOR.dimension) shape.push(...dimensions(value));
    else if (number === TENSOR.type) type = Number(value);
    else if (typeof value === 'bigint') continue;
    else if (number === TENSOR.name) name = Buffer.from(value).toString();
    else if (number === TENSOR.raw || number === TENSOR.floats) raw = value;
  }
  if (type !== FLOAT || raw === undefined) return undefined;
  const values = new Float32Array(Uint8Array.from(raw).buffer); // aligned
  return { name, shape, values };
}

/** Repeated numbers stand one by one, or packed into bytes. */
function dimensions(value: bigint | Uint8Array): number[] {
  if (typeof value === 'bigint') return [Number(value)];
  const prefixed = [...value].flatMap((byte, at) =>
    at === 0 || (value[at - 1] ?? 0) < 0x80 ? [0x08, byte] : [byte],
  );
  return readFields(Uint8Array.from(prefixed)).map(({ value: number }) => Number(number));
}

export function constantField({ name, shape, values }: Constant): Field {
  return bytesField(GRAPH.initializer, [
    ...shape.map((size) => numberField(TENSOR.dimension, size)),
    numberField(TENSOR.type, FLOAT),
    bytesField(TENSOR.name, name),
    bytesField(TENSOR.raw, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);
}

/** A named tensor of 32-bit floats that goes into a graph or comes out of it. */
export function valueField(
  number: typeof GRAPH.input | typeof GRAPH.output,
  name: string,
  shape: readonly number[],
): Field {
  const dimension = (size: number): Field => bytesField(1, [numberField(1, size)]);
  const tensor = [numberField(1, FLOAT), bytesField(2, shape.map(dimension))];
  return bytesField(number, [bytesField(1, name), bytesField(2, [bytesField(1, tensor)])]);
}
