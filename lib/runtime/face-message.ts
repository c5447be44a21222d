import type { NodeMessageInFlow } from 'node-red';
import { FaceVector } from '../link/online/checks.ts';
import type { Face } from '../link/online/question.ts';
import { AccessError } from '../model/errors.ts';
import { parser } from '../model/parse.ts';
import type { Sealing } from './sealing.ts';

const form = parser(FaceVector);

/** A face for `msg.face`: sealed, for its vector is nobody's business in a debug panel or a saved message. */
export function sealedFace(face: Face, sealing: Sealing): string {
  return sealing.seal(JSON.stringify(face));
}

/** The face that nobody here has, if the message brings one. Throws INPUT_INVALID for one that was not sealed here. */
export function faceIn({ face }: NodeMessageInFlow, sealing: Sealing): Face | undefined {
  if (face === undefined) return undefined;
  if (typeof face !== 'string') throw new AccessError('INPUT_INVALID', 'msg.face is not sealed');
  return form.parse(JSON.parse(sealing.open(face)), 'msg.face');
}
