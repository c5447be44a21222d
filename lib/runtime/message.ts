import type { NodeMessageInFlow } from 'node-red';
import { accessParser, type Access } from '../model/message.ts';

/** A message that carries `msg.access`. */
export interface AccessMessage extends NodeMessageInFlow {
  access: Access;
}

/** Reads and checks `msg.access`. Throws INPUT_INVALID naming what is wrong with it. */
export function accessOf(message: NodeMessageInFlow): Access {
  return accessParser.parse(message.access, 'msg.access');
}

/** The received message with more of `access` known; everything else in it stays as it was. */
export function withAccess<M extends NodeMessageInFlow>(
  message: M,
  access: Access,
  payload: unknown,
): M & AccessMessage {
  return Object.assign(message, { access, payload });
}
