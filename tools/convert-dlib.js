/**
 * Makes an ONNX embedder out of dlib's face recognition network, which its author has put into the public domain and
 * which @vladmandic/face-api brings as weights for TensorFlow.js:
 *
 *   node tools/convert-dlib.js <folder>
 *
 * The folder gets all models of faces, with a manifest that names this embedder instead of the default one: name
 * it in the environment variable GATEWIRE_FACE_MODELS. Everybody has to be enrolled anew, for vectors of two models never mix.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  constantField,
  GRAPH,
  MODEL,
  operationField,
  valueField,
} from '../lib/face/models/onnx.ts';
import { bytesField, numberField, writeFields } from '../lib/face/models/protobuf.ts';
import { copyModels } from './copy-models.js';

const root = path.resolve(import.meta.dirname, '..');
const SOURCE = path.join(root, 'node_modules', '@vladmandic', 'face-api', 'model');
const NAME = 'face_recognition_model';
const FILE = 'dlib_resnet.onnx';
const SIZE = 150;

/**
 * Residual blocks in their order: how many keep the size, whether a first one halves it and doubles the channels, and
 * by how many rows and columns that one comes out shorter than the way around it.
 */
const STAGES = [
  { name: 'conv32', blocks: 3, channels: 32 },
  { name: 'conv64', blocks: 3, channels: 64, down: true },
  { name: 'conv128', blocks: 2, channels: 128, down: true },
  { name: 'conv256', blocks: 2, channels: 256, down: true, short: 1 },
];

async function convert(target) {
  await copyModels(target);
  const model = buildModel(readWeights());
  writeFileSync(path.join(target, FILE), model);
  const manifestFile = path.join(target, 'manifest.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  manifest.embedder = describe(createHash('sha256').update(model).digest('hex'));
  writeFileSync(manifestFile, JSON.stringify(manifest, undefined, 2));
}

function describe(digest) {
  return {
    file: FILE,
    digest,
    licence: 'CC0 (weights, D. King), MIT (their form for TensorFlow.js, V. Mandic)',
    origin:
      'dlib_face_recognition_resnet_model_v1, by way of @vladmandic/face-api 1.7.15. Trained on about 3 million faces of FaceScrub, VGG and pictures from the web; the set is not available. Leans to western celebrities.',
    algorithm: 'dlib-resnet',
    version: 'v1-uint8',
    dimension: 128,
    size: SIZE,
    points: [
      [47.42, 46.19],
      [100.61, 46.19],
      [74.01, 76.56],
      [50.41, 103.02],
      [97.61, 103.02],
    ],
    order: 'RGB',
    mean: [122.782, 117.001, 104.298],
    deviation: [255, 255, 255],
    thresholds: { verify: 0.94, identify: 0.95, identifyMany: 0.96 },
    margin: 0.01,
  };
}

/** Weights by name; most are kept in one byte a value. */
function readWeights() {
  const groups = JSON.parse(
    readFileSync(path.join(SOURCE, `${NAME}-weights_manifest.json`), 'utf8'),
  );
  const bytes = readFileSync(path.join(SOURCE, `${NAME}.bin`));
  const weights = new Map();
  let at = 0;
  for (const { name, shape, quantization } of groups.flatMap((group) => group.weights)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const length = quantization === undefined ? count * 4 : count;
    weights.set(name, { shape, values: unpack(bytes.subarray(at, at + length), quantization) });
    at += length;
  }
  return weights;
}

function unpack(bytes, quantization) {
  if (quantization === undefined) return new Float32Array(Uint8Array.from(bytes).buffer);
  const { scale, min } = quantization;
  return Float32Array.from(bytes, (byte) => byte * scale + min);
}

function buildModel(weights) {
  const graph = new Graph(weights);
  let last = graph.convolution('input', 'conv32_down', { stride: 2, padding: 0, relu: true });
  last = graph.operation('MaxPool', [last], { kernel_shape: [3, 3], strides: [2, 2] });
  for (const { name, blocks, channels, down, short = 0 } of STAGES) {
    if (down) last = graph.halvingBlock(last, `${name}_down`, { more: channels / 2, short });
    for (let block = 1; block <= blocks; block += 1) last = graph.block(last, `${name}_${block}`);
  }
  last = graph.halvingBlock(last, 'conv256_down_out', { more: 0, short: 1 });
  last = graph.operation('GlobalAveragePool', [last]);
  last = graph.operation('Flatten', [last]);
  const { shape, values } = weights.get('fc');
  graph.operation('MatMul', [last, graph.constant('fc', shape, values)], {}, 'output');
  return graph.toModel();
}

/** Operations are named by a running number; what they need comes before them. */
class Graph {
  #weights;
  #fields = [];
  #count = 0;

  constructor(weights) {
    this.#weights = weights;
  }

  operation(type, inputs, attributes = {}, output = `t${(this.#count += 1)}`) {
    this.#fields.push(
      operationField({ name: output, type, inputs, outputs: [output], attributes }),
    );
    return output;
  }

  constant(name, shape, values) {
    this.#fields.push(constantField({ name, shape, values }));
    return name;
  }

  /** With its bias and the scale that follows it in one: (w x + b) s + t = (w s) x + (b s + t). */
  convolution(input, name, { stride, padding, relu }) {
    const { shape, values } = this.#weights.get(`${name}/conv/filters`);
    const of = (part) => this.#weights.get(`${name}/${part}`).values;
    const scale = of('scale/weights');
    const shift = of('scale/biases');
    const bias = of('conv/bias').map((value, channel) => value * scale[channel] + shift[channel]);
    const [height, width, from, to] = shape;
    const filters = outputsFirst(values, height * width, from, to, scale);
    const inputs = [
      input,
      this.constant(`${name}:w`, [to, from, height, width], filters),
      this.constant(`${name}:b`, [to], bias),
    ];
    const attributes = { strides: [stride, stride], pads: [padding, padding, padding, padding] };
    const result = this.operation('Conv', inputs, attributes);
    return relu ? this.operation('Relu', [result]) : result;
  }

  block(input, name) {
    const first = this.convolution(input, `${name}/conv1`, { stride: 1, padding: 1, relu: true });
    const second = this.convolution(first, `${name}/conv2`, { stride: 1, padding: 1 });
    return this.operation('Relu', [this.operation('Add', [second, input])]);
  }

  /** Half the size. The way around is averaged and gets `more` channels; the sum is as large as the larger one. */
  halvingBlock(input, name, { more, short }) {
    const first = this.convolution(input, `${name}/conv1`, { stride: 2, padding: 0, relu: true });
    const second = this.convolution(first, `${name}/conv2`, { stride: 1, padding: 1 });
    const half = { kernel_shape: [2, 2], strides: [2, 2] };
    const around = this.operation('AveragePool', [input], half);
    const sum = [
      this.operation('Pad', [second], { pads: [0, 0, 0, 0, 0, 0, short, short] }),
      this.operation('Pad', [around], { pads: [0, 0, 0, 0, 0, more, 0, 0] }),
    ];
    return this.operation('Relu', [this.operation('Add', sum)]);
  }

  toModel() {
    const graph = [
      ...this.#fields,
      bytesField(GRAPH.name, 'dlib-resnet'),
      valueField(GRAPH.input, 'input', [1, 3, SIZE, SIZE]),
      valueField(GRAPH.output, 'output', [1, 128]),
    ];
    return writeFields([
      numberField(MODEL.irVersion, 7),
      bytesField(MODEL.producer, 'gatewire'),
      bytesField(MODEL.graph, graph),
      bytesField(MODEL.opset, [bytesField(1, ''), numberField(2, 10)]),
    ]);
  }
}

/** From rows, columns, inputs, outputs to outputs, inputs, rows, columns; each output times its scale. */
function outputsFirst(values, area, from, to, scale) {
  const result = new Float32Array(values.length);
  for (let output = 0; output < to; output += 1) {
    for (let input = 0; input < from; input += 1) {
      for (let at = 0; at < area; at += 1) {
        const value = values[(at * from + input) * to + output];
        result[(output * from + input) * area + at] = value * scale[output];
      }
    }
  }
  return result;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node tools/convert-dlib.js <folder>');
  process.exitCode = 1;
} else await convert(path.resolve(folder));
