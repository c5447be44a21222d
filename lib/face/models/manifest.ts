import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Type, { type Static } from 'typebox';
import type { ModelIdentity } from '../../model/credential.ts';
import { AccessError } from '../../model/errors.ts';
import { Name, ShortText, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';

const Score = Type.Number({ minimum: -1, maximum: 1 });
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Side = Type.Integer({ minimum: 16, maximum: 1024 });
const Three = Type.Array(Type.Number(), { minItems: 3, maxItems: 3 });

const ModelFile = {
  file: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }),
  /** SHA-256 of the file: another file under the same name is refused. */
  digest: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  licence: ShortText,
  /** Where it comes from, and what is known of its training data. */
  origin: Type.String({ maxLength: 1024 }),
};

/** A network with a fixed form of input, which the pipeline knows. */
const Helper = Type.Object(ModelFile, closed);

/**
 * The network that makes vectors of faces. Everything that another one would need to be taken instead is said
 * here: `size` pixels square, the five `points` (left eye, right eye, tip of the nose, corners of the mouth, as seen
 * in the picture) to which the face is moved, and `(value - mean) / deviation` per channel in the given order.
 */
const Embedder = Type.Object(
  {
    ...ModelFile,
    algorithm: Name,
    version: Type.String({ minLength: 1, maxLength: 32 }),
    dimension: Type.Integer({ minimum: 1, maximum: 512 }),
    size: Side,
    points: Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), {
      minItems: 5,
      maxItems: 5,
    }),
    order: Type.Enum(['RGB', 'BGR']),
    mean: Three,
    deviation: Three,
    /** Lowest cosine that is a match: of one person, of up to 2,000 people, of more. */
    thresholds: Type.Object({ verify: Score, identify: Score, identifyMany: Score }, closed),
    /** How much better than the second person the first has to be among more than 2,000. */
    margin: Share,
  },
  closed,
);

/** The models of an installation: the file `manifest.json` beside them. */
export const FaceManifest = Type.Object(
  {
    detector: Helper,
    landmarks: Helper,
    embedder: Embedder,
    liveness: Helper,
    eyes: Helper,
    pose: Helper,
  },
  closed,
);
export type FaceManifest = Static<typeof FaceManifest>;

/** The part that a model plays. */
export type FaceRole = keyof FaceManifest;
export const FACE_ROLES = Object.keys(FaceManifest.properties) as FaceRole[];

const manifestParser = parser(FaceManifest);

/** Reads `manifest.json` of a folder. Throws CONFIG_INVALID if it is missing or not of this form. */
export async function readManifest(folder: string): Promise<FaceManifest> {
  const file = path.join(folder, 'manifest.json');
  try {
    return manifestParser.parse(JSON.parse(await readFile(file, 'utf8')), file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AccessError('CONFIG_INVALID', `The models of faces are not usable: ${why}`);
  }
}

/** Reads one model. Throws CONFIG_INVALID if the file is missing or is not the one that the manifest means. */
export async function readModel(
  folder: string,
  { file, digest }: { file: string; digest: string },
): Promise<Uint8Array> {
  const bytes = await readFile(path.join(folder, file)).catch(() => {
    throw new AccessError('CONFIG_INVALID', `The model ${file} is missing in ${folder}`);
  });
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === digest) return bytes;
  throw new AccessError('CONFIG_INVALID', `The model ${file} is not the one of the manifest`);
}

/** What every template of this embedder carries (N5). */
export function identityOf({ embedder }: FaceManifest): ModelIdentity {
  const { algorithm, version, dimension, digest } = embedder;
  return { algorithm, version, dimension, quantisation: 'int7', digest };
}
