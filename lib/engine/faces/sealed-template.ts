import { ModelIdentity } from '../../model/credential.ts';
import { parser } from '../../model/parse.ts';

/** A biometric template with the identity of the model that made it (N5). */
export interface Template {
  model: ModelIdentity | undefined;
  bytes: Uint8Array;
}

const LENGTH_BYTES = 2;
const identity = parser(ModelIdentity);

/**
 * What is sealed of a template: the length of the identity in two bytes, the identity as JSON, then the template. So
 * a template cannot pass for one of another model, whatever is written beside the seal.
 */
export function packTemplate({ model, bytes }: Template): Uint8Array {
  const head = Buffer.from(JSON.stringify(model ?? null));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(head.length);
  return Buffer.concat([length, head, bytes]);
}

/** Takes apart what `packTemplate` made. Throws INPUT_INVALID for anything else. */
export function unpackTemplate(packed: Uint8Array): { model: ModelIdentity; bytes: Uint8Array } {
  const bytes = templateIn(packed);
  const head = Buffer.from(packed.subarray(LENGTH_BYTES, packed.length - bytes.length)).toString();
  return { model: identity.parse(JSON.parse(head), 'model'), bytes: bytes.slice() };
}

/** The template itself, in place. */
export function templateIn(packed: Uint8Array): Uint8Array {
  const [high = 0, low = 0] = packed;
  return packed.subarray(LENGTH_BYTES + high * 256 + low);
}
