import { requireModel, isTemplate, toTemplate, toVector } from '../template.ts';
import { judgeBest } from '../decision.ts';
import type { Audience } from '../face.ts';
import type { FaceService } from '../service.ts';
import type { ModelIdentity } from '../../model/credential.ts';
import { AccessError } from '../../model/errors.ts';

/** The vector of a face, for a place that has no picture of it. */
export interface SentFace {
  model: ModelIdentity;
  /** In the form of a template, in base64. */
  vector: string;
}

/** What another place needs to look for a face that nobody has here. */
export function toSend(vector: Float32Array, model: ModelIdentity): SentFace {
  return { model, vector: Buffer.from(toTemplate(vector)).toString('base64') };
}

interface Parts {
  faces: Pick<FaceService, 'describe' | 'identify'>;
  /** Who may be meant by a face at the place where it was seen. */
  audience: () => Promise<Audience>;
}

/**
 * The credential of somebody whose face was seen at another place; undefined if nobody here has it. It was judged live
 * and good enough there (N6). Throws MODEL_MISMATCH for a vector of another model, INPUT_INVALID for what is none.
 */
export async function findSent(
  { faces, audience }: Parts,
  { model, vector }: SentFace,
): Promise<string | undefined> {
  const { model: own, thresholds, margin } = await faces.describe({});
  requireModel(own, model);
  const template = Buffer.from(vector, 'base64');
  if (own.dimension === undefined || !isTemplate(template, own.dimension)) {
    throw new AccessError('INPUT_INVALID', 'the vector of a face is no template');
  }
  const asked = { ...(await audience()), vector: toVector(template), limit: 2 };
  const { candidates, compared } = await faces.identify(asked);
  const match = judgeBest(candidates, compared, { thresholds, margin });
  return match.outcome === 'match' ? match.candidate.credential : undefined;
}
