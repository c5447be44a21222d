import type { NodeMessageInFlow } from 'node-red';
import type { CarriedEngine } from '../../lib/engine/faces/photo-engine.ts';
import type { Seen } from '../../lib/face/use/recognition.ts';
import { AccessError, toAccessError, type ErrorCode } from '../../lib/model/errors.ts';

/** Why the template that a visitor has brought is of no use. */
export type UnusableMedium = 'notGenuine' | 'replaced' | 'otherModel' | 'notAllowed';

const UNUSABLE: Readonly<Partial<Record<ErrorCode, UnusableMedium>>> = {
  INPUT_INVALID: 'notGenuine',
  NOT_FOUND: 'replaced',
  MODEL_MISMATCH: 'otherModel',
  FORBIDDEN: 'notAllowed',
};

/** The text that a visitor has brought on a QR code or a card; it is taken out of the message. */
export function carriedOf(message: NodeMessageInFlow & { carried?: unknown }): string | undefined {
  const { carried } = message;
  if (carried === undefined) return undefined;
  delete message.carried;
  if (typeof carried === 'string') return carried.trim();
  throw new AccessError('INPUT_INVALID', 'msg.carried must be the text of a carried template');
}

/** Whose template it is, or why it does not count. */
export async function openCarried(
  engine: CarriedEngine,
  text: string,
): Promise<Required<Pick<Seen, 'person' | 'carried'>> | { outcome: UnusableMedium }> {
  try {
    const { credential, person, template } = await engine.openCarried({ carried: text });
    return { person, carried: { credential, template: Buffer.from(template, 'base64') } };
  } catch (error) {
    const outcome = UNUSABLE[toAccessError(error).code];
    if (outcome === undefined) throw error;
    return { outcome };
  }
}
