import { requireModel, isTemplate, toTemplate, toVector } from '../template.ts';
import { judgeBest, type MatchRules } from '../decision.ts';
import type { Audience } from '../face.ts';
import type { FaceService } from '../service.ts';
import type { ModelIdentity } from '../../model/credential.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';

/** The vector of a face, for a place that has no picture of it. */
export interface SentFace {
  model: ModelIdentity;
  /** In the form of a template, in base64. */
  vector: string;
  /** Lowest cosine and margin that count at the place where it was seen, if it has set its own. */
  least?: number;
  margin?: number;
}

/** What a place has set in place of the values of the models. */
export interface OwnRules {
  thresholds: Partial<MatchRules['thresholds']>;
  margin: number | undefined;
}

/** What another place needs to look for a face that nobody has here. */
export function toSend(
  vector: Float32Array,
  model: ModelIdentity,
  { thresholds, margin }: OwnRules,
): SentFace {
  const own = Object.values(thresholds);
  return {
    model,
    vector: Buffer.from(toTemplate(vector)).toString('base64'),
    ...(own.length > 0 && { least: Math.max(0, ...own) }),
    ...optional('margin', margin),
  };
}

interface Parts {
  faces: Pick<FaceService, 'describe' | 'identify'>;
  /** Who may be meant by a face at the place where it was seen. */
  audience: () => Promise<Audience>;
}

/**
 * The credential of somebody whose face was seen at another place; undefined if nobody here has it. It was judged live
 * and good enough there (N6), and its rules count where they are stricter: nobody gets in by the server whom the door
 * has refused by a rule of its own. Throws MODEL_MISMATCH for a vector of another model, INPUT_INVALID for what is none.
 */
export async function findSent(
  { faces, audience }: Parts,
  { model, vector, least = 0, margin: theirs = 0 }: SentFace,
): Promise<string | undefined> {
  const { model: own, thresholds, margin } = await faces.describe({});
  requireModel(own, model);
  const template = Buffer.from(vector, 'base64');
  if (own.dimension === undefined || !isTemplate(template, own.dimension)) {
    throw new AccessError('INPUT_INVALID', 'the vector of a face is no template');
  }
  const asked = { ...(await audience()), vector: toVector(template), limit: 2 };
  const { candidates, compared } = await faces.identify(asked);
  const match = judgeBest(candidates, compared, {
    thresholds: {
      verify: Math.max(thresholds.verify, least),
      identify: Math.max(thresholds.identify, least),
      identifyMany: Math.max(thresholds.identifyMany, least),
    },
    margin: Math.max(margin, theirs),
  });
  return match.outcome === 'match' ? match.candidate.credential : undefined;
}
