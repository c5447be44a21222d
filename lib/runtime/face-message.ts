import type { NodeMessageInFlow } from 'node-red';
import Type from 'typebox';
import { FaceVector } from '../link/checks.ts';
import type { Face } from '../link/question.ts';
import { closed } from '../model/fields.ts';
import { parser } from '../model/parse.ts';

const carrier = parser(
  Type.Object({ face: FaceVector }, { ...closed, additionalProperties: true }),
);

/** The vector that a face node has put into `msg.face` for a face that nobody here has. Throws INPUT_INVALID. */
export function faceIn(message: NodeMessageInFlow): Face | undefined {
  if (message.face === undefined) return undefined;
  return carrier.parse({ face: message.face }, 'msg').face;
}
