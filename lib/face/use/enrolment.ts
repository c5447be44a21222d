import { randomUUID } from 'node:crypto';
import type { Engine } from '../../engine/engine.ts';
import type { Consent } from '../../model/consent.ts';
import type { ModelIdentity } from '../../model/credential.ts';
import type { Change } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { FaceClient } from '../client.ts';
import type { FaceDemands, FaceFindings } from '../face.ts';
import { toTemplate } from '../template.ts';

/** The consent that is recorded together with the template; without one there has to be an earlier one. */
export type GivenConsent = Pick<Consent, 'text' | 'language' | 'guardian'>;

export interface EnrolRequest {
  person: string;
  picture: Uint8Array;
  consent?: GivenConsent;
  /** Who enrols, for the administration log. */
  author: string;
  demands: FaceDemands;
}

/** `duplicate`: the face is enrolled for another person. */
export type Enrolment =
  | { outcome: 'enrolled'; credential: string; findings: FaceFindings }
  | { outcome: 'flawed'; findings: FaceFindings }
  | { outcome: 'duplicate'; findings: FaceFindings; other: { person: string; score: number } };

export interface EnrolParts {
  engine: Pick<Engine, 'change' | 'find'>;
  faces: Pick<FaceClient, 'service' | 'follow'>;
  now: () => number;
}

/**
 * Makes the template of a photo the only one of its person. Nothing of the photo is kept. Rejects with FORBIDDEN
 * without consent, NOT_FOUND for an unknown person, and with what the face process says.
 */
export async function enrol(
  { engine, faces, now }: EnrolParts,
  request: EnrolRequest,
): Promise<Enrolment> {
  const { person } = request;
  const result = await makeTemplate(faces, request);
  if (result.outcome !== 'made') return result;
  const { findings, made } = result;
  const earlier = await engine.find({ kind: 'credential', person });
  const credential = randomUUID();
  await apply(engine, request.author, [
    ...consentChange(request, now()),
    create('credential', {
      ...{ id: credential, person, type: 'face', value: credential },
      ...made,
    }),
  ]);
  const replaced = earlier.filter(({ type }) => type === 'face');
  await apply(
    engine,
    request.author,
    replaced.map(({ id }) => ({ op: 'delete', kind: 'credential', id })),
  );
  await faces.follow();
  return { outcome: 'enrolled', credential, findings };
}

/** What a photo has led to, before anything is stored. */
export type Making =
  | {
      outcome: 'made';
      findings: FaceFindings;
      /** The template in base64, and what made it. */
      made: { template: string; model: ModelIdentity };
    }
  | Exclude<Enrolment, { outcome: 'enrolled' }>;

/** Makes a template of the photo of a person, unless it is not good enough or shows somebody else who is known. */
export async function makeTemplate(
  faces: Pick<FaceClient, 'service'>,
  { person, picture, demands }: Pick<EnrolRequest, 'person' | 'picture' | 'demands'>,
): Promise<Making> {
  const findings = await faces.service.analyse({ picture, demands });
  const { vector } = findings;
  if (vector === undefined) return { outcome: 'flawed', findings };
  const { model, thresholds } = await faces.service.describe({});
  const other = await nearestOther(faces, vector, person);
  if (other !== undefined && other.score >= thresholds.identify) {
    return { outcome: 'duplicate', findings, other };
  }
  const template = Buffer.from(toTemplate(vector)).toString('base64');
  return { outcome: 'made', findings, made: { template, model } };
}

async function nearestOther(
  { service }: Pick<FaceClient, 'service'>,
  vector: Float32Array,
  person: string,
): Promise<{ person: string; score: number } | undefined> {
  const { candidates } = await service.identify({ vector, limit: 2 });
  const other = candidates.find((candidate) => candidate.person !== person);
  return other && { person: other.person, score: other.score };
}

function consentChange({ person, author, consent }: EnrolRequest, at: number): Change[] {
  if (consent === undefined) return [];
  const { text, language, guardian } = consent;
  const value = { id: randomUUID(), person, text, language, at, author };
  return [create('consent', { ...value, ...optional('guardian', guardian) })];
}

function create(kind: Change['kind'], value: Record<string, unknown>): Change {
  return { op: 'create', kind, value };
}

async function apply(
  engine: EnrolParts['engine'],
  author: string,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  const { failed } = await engine.change({ changes: [...changes], options: { author } });
  const [failure] = failed;
  if (failure !== undefined) throw new AccessError(failure.code, failure.message);
}
