import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { AccessError } from '../../model/errors.ts';
import { FACE_ROLES, readModel, type FaceManifest, type FaceRole } from './manifest.ts';
import { tune } from './tuning.ts';

type Runtime = typeof import('onnxruntime-node');

/** Tuned and plain network may differ by this share of the largest value. */
const TOLERANCE = 1e-4;
const SEED = 12_345;

/**
 * One thread, which does not wait busily: two would gain nothing, and spinning takes the processor from the rest of
 * the gateway. Warnings of old models are of no use to an operator.
 */
const SESSION: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/** A network with one input of a fixed form. */
export interface Net {
  /** Values in, as many as the form says; the values of all outputs out, in the order of the file. */
  run(values: Float32Array): Promise<Float32Array[]>;
}

export interface FaceNets {
  nets: Readonly<Record<FaceRole, Net>>;
  /** Models that run as they came, because the tuned form gave other results. */
  untuned: FaceRole[];
}

/**
 * Loads all models of a folder. Throws CONFIG_INVALID if one is missing or another one, FACE_UNAVAILABLE if
 * onnxruntime-node is not installed or refuses a model.
 */
export async function openNets(folder: string, manifest: FaceManifest): Promise<FaceNets> {
  const runtime = await loadRuntime();
  const untuned: FaceRole[] = [];
  const nets: Partial<Record<FaceRole, Net>> = {};
  for (const role of FACE_ROLES) {
    const { session, tuned } = await openModel(runtime, await readModel(folder, manifest[role]));
    if (!tuned) untuned.push(role);
    nets[role] = createNet(runtime, session);
  }
  return { nets: nets as Record<FaceRole, Net>, untuned };
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw new AccessError('FACE_UNAVAILABLE', 'onnxruntime-node is not installed', {
      cause: error,
    });
  }
}

/** The tuned form of a model if it computes the same. */
async function openModel(
  runtime: Runtime,
  model: Uint8Array,
): Promise<{ session: InferenceSession; tuned: boolean }> {
  const plain = await openSession(runtime, model);
  const better = tune(model);
  if (better === undefined) return { session: plain, tuned: true };
  const tuned = await openSession(runtime, better).catch(() => undefined);
  if (tuned === undefined) return { session: plain, tuned: false };
  const agrees = await agree(runtime, plain, tuned);
  await (agrees ? plain : tuned).release();
  return { session: agrees ? tuned : plain, tuned: agrees };
}

async function openSession(runtime: Runtime, model: Uint8Array): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(model, SESSION);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AccessError('FACE_UNAVAILABLE', `A model cannot be loaded: ${why}`);
  }
}

async function agree(
  runtime: Runtime,
  plain: InferenceSession,
  tuned: InferenceSession,
): Promise<boolean> {
  const values = noise(formOf(plain).reduce((product, size) => product * size, 1));
  const expected = await createNet(runtime, plain).run(values);
  const found = await createNet(runtime, tuned).run(values);
  return expected.every((output, at) => isNear(output, found[at] ?? new Float32Array()));
}

/** The same values at each start, spread over the range of a normalised picture. */
function noise(length: number): Float32Array {
  let state = SEED;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function isNear(expected: Float32Array, found: Float32Array): boolean {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    expected.length === found.length &&
    expected.every((value, at) => Math.abs(value - (found[at] ?? NaN)) <= largest * TOLERANCE)
  );
}

function formOf(session: InferenceSession): number[] {
  const [input] = session.inputMetadata;
  if (input?.isTensor !== true) return [];
  return input.shape.map((size) => (typeof size === 'number' ? size : 1));
}

function createNet(runtime: Runtime, session: InferenceSession): Net {
  const form = formOf(session);
  const [input = ''] = session.inputNames;
  return {
    async run(values) {
      const outputs = await session.run({ [input]: new runtime.Tensor('float32', values, form) });
      return session.outputNames.map((name) => valuesOf(outputs[name]));
    },
  };
}

function valuesOf(tensor: Tensor | undefined): Float32Array {
  return tensor?.data instanceof Float32Array ? tensor.data : new Float32Array();
}
