/**
 * Every failure that leaves a node carries one of these codes, so that a Catch node can switch on
 * `msg.error.code`. Codes never change their meaning.
 */
export const ERROR_CODES = [
  'CONFIG_INVALID',
  'INPUT_INVALID',
  'NOT_FOUND',
  'CONFLICT',
  'FORBIDDEN',
  'BUSY',
  'ENGINE_UNAVAILABLE',
  'ENGINE_LOCKED',
  'STORE_BROKEN',
  'STORE_FULL',
  'KEY_MISMATCH',
  'DECISION_INVALID',
  'COMMAND_EXPIRED',
  'COMMAND_USED',
  'OUTPUT_FAILED',
  'OUTPUT_TIMEOUT',
  'OUTPUT_MISMATCH',
  'FRAME_BROKEN',
  'MODEL_MISMATCH',
  'FACE_UNAVAILABLE',
  'LINK_DOWN',
  'NOT_MASTER',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error with a stable code. `message` is plain English and names what is wrong and where. */
export class AccessError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AccessError';
    this.code = code;
  }
}

export function isAccessError(value: unknown): value is AccessError {
  return value instanceof AccessError;
}

/** Turns anything thrown into an AccessError; what is not one already becomes `INTERNAL`. */
export function toAccessError(reason: unknown): AccessError {
  if (isAccessError(reason)) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return new AccessError('INTERNAL', message, { cause: reason });
}
