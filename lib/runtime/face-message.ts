import type { NodeMessageInFlow } from 'node-red';
import { FaceVector } from '../link/checks.ts';
import type { Face } from '../link/question.ts';
import { parser } from '../model/parse.ts';

const form = parser(FaceVector);

/** The vector of a face that nobody here has, if the message brings one as `msg.face`. */
export function faceIn({ face }: NodeMessageInFlow): Face | undefined {
  return form.check(face) ? face : undefined;
}
