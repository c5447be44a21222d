import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createFaceService } from '../../../lib/face/local-service.ts';
import { identityOf, readManifest } from '../../../lib/face/models/manifest.ts';
import { openNets } from '../../../lib/face/models/nets.ts';
import {
  constantField,
  GRAPH,
  MODEL,
  operationField,
  readConstant,
  readOperation,
  valueField,
} from '../../../lib/face/models/onnx.ts';
import {
  bytesField,
  numberField,
  readFields,
  writeFields,
  type Field,
} from '../../../lib/face/models/protobuf.ts';
import { tune } from '../../../lib/face/models/tuning.ts';
import { modelFolder, photo, PORTRAITS } from '../../support/face.ts';
import { removeFolder } from '../../support/folder.ts';
import { runTool } from '../../support/program.ts';
import { cosine } from '../support.ts';

describe('face: models', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await modelFolder();
  });
  afterEach(() => {
    removeFolder(folder);
  });

  it('are tuned: without PRelu and vanishing weights, and all of them agree with the plain ones', async () => {
    const manifest = await readManifest(folder);
    const tuned = tune(readFileSync(path.join(folder, manifest.embedder.file)));
    assert.ok(tuned);
    const graph = graphOf(tuned);
    const types = new Set(operationsOf(graph).map(({ type }) => type));
    assert.deepEqual([...types].sort(), ['Add', 'Conv', 'Relu', 'Reshape']);
    assert.ok(weightsOf(graph).every((weight) => weight === 0 || Math.abs(weight) >= 1e-12));
    assert.equal(tune(tuned), undefined, 'it is tuned again');
    assert.deepEqual((await openNets(folder, manifest)).untuned, []);
  });

  it('are tuned: convolutions of single channels have whole blocks of them', async () => {
    const { liveness } = await readManifest(folder);
    const tuned = tune(readFileSync(path.join(folder, liveness.file)));
    assert.ok(tuned);
    const single = shapesOf(graphOf(tuned)).filter(
      ([, taken, ...window]) => taken === 1 && window.length === 2,
    );
    assert.ok(single.length >= 30);
    assert.deepEqual(
      single.filter(([channels = 0]) => channels % 16 !== 0),
      [],
    );
    assert.equal(tune(tuned), undefined, 'it is tuned again');
  });

  it('run as they came, and are named, where the tuned form computes something else', async () => {
    const manifest = await readManifest(folder);
    replaceModel(folder, 'eyes', hairTrigger());
    const { nets, untuned } = await openNets(folder, await readManifest(folder));
    assert.deepEqual(untuned, ['eyes']);
    const [values] = await nets.eyes.run(Float32Array.of(2));
    assert.ok(values && Math.abs((values[0] ?? 0) - 2) < 1e-5);
    assert.ok(manifest.eyes.digest !== (await readManifest(folder)).eyes.digest);
  });

  it('can be others, by a file and its line in the manifest: the embedder of dlib', async () => {
    const program = runTool('convert-dlib.js', [folder], process.env);
    assert.equal(await program.ended(), 0, program.printed());
    const service = await createFaceService(folder);
    const { model, thresholds } = await service.describe({});
    assert.deepEqual([model.algorithm, model.dimension], ['dlib-resnet', 128]);
    const [once, again, other] = await Promise.all(
      [PORTRAITS.annaOnce, PORTRAITS.annaAgain, PORTRAITS.hanna].map(async (of) => {
        const { vector } = await service.analyse({ picture: await photo(of) });
        return vector ?? new Float32Array();
      }),
    );
    assert.ok(once && again && other);
    assert.equal(once.length, 128);
    assert.ok(cosine(once, again) >= thresholds.identifyMany);
    assert.ok(cosine(once, other) < thresholds.verify);
  });

  it('are not taken from a manifest of another form, or without one', async () => {
    const file = path.join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const forms = ['', '{}', JSON.stringify({ ...manifest, other: 1 })];
    for (const form of forms) {
      writeFileSync(file, form);
      await assert.rejects(createFaceService(folder), { code: 'CONFIG_INVALID' });
    }
    await assert.rejects(createFaceService(path.join(folder, 'none')), { code: 'CONFIG_INVALID' });
  });

  it('have an identity that another file under the same name does not share', async () => {
    const before = identityOf(await readManifest(folder));
    replaceModel(folder, 'embedder', hairTrigger());
    assert.notDeepEqual(identityOf(await readManifest(folder)), before);
  });
});

/** A network of one multiplication by 1, made of a weight that vanishes and one that brings it back. */
function hairTrigger(): Uint8Array {
  const constant = (name: string, value: number): Field =>
    constantField({ name, shape: [1], values: Float32Array.of(value) });
  const multiplied = (input: string, by: string, output: string): Field =>
    operationField({ name: output, type: 'Mul', inputs: [input, by], outputs: [output] });
  const graph = [
    multiplied('input', 'less', 'between'),
    multiplied('between', 'more', 'output'),
    bytesField(GRAPH.name, 'hair trigger'),
    constant('less', 1e-25),
    constant('more', 1e25),
    valueField(GRAPH.input, 'input', [1]),
    valueField(GRAPH.output, 'output', [1]),
  ];
  return writeFields([
    numberField(MODEL.irVersion, 7),
    bytesField(MODEL.graph, graph),
    bytesField(MODEL.opset, [bytesField(1, ''), numberField(2, 10)]),
  ]);
}

function replaceModel(folder: string, role: string, model: Uint8Array): void {
  const file = path.join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    { file: string; digest: string }
  >;
  const entry = manifest[role];
  assert.ok(entry);
  entry.digest = createHash('sha256').update(model).digest('hex');
  writeFileSync(path.join(folder, entry.file), model);
  writeFileSync(file, JSON.stringify(manifest));
}

function graphOf(model: Uint8Array): Field[] {
  return readFields(bytesOf(readFields(model).find(({ number }) => number === MODEL.graph)));
}

function operationsOf(graph: readonly Field[]): { type: string }[] {
  return graph
    .filter(({ number }) => number === GRAPH.node)
    .map((field) => readOperation(bytesOf(field)));
}

function shapesOf(graph: readonly Field[]): (readonly number[])[] {
  return graph
    .filter(({ number }) => number === GRAPH.initializer)
    .map((field) => readConstant(bytesOf(field))?.shape ?? []);
}

function weightsOf(graph: readonly Field[]): number[] {
  return graph
    .filter(({ number }) => number === GRAPH.initializer)
    .flatMap((field) => [...(readConstant(bytesOf(field))?.values ?? [])]);
}

function bytesOf(field: Field | undefined): Uint8Array {
  assert.ok(field !== undefined && typeof field.value !== 'bigint');
  return field.value;
}
