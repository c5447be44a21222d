import { AccessError, ERROR_CODES, toAccessError, type ErrorCode } from '../model/errors.ts';

/** What the parent of a service process sends. `sent` is `uptime()` at the moment of the call. */
export type Request<Method extends string> =
  | { kind: 'call'; id: number; method: Method; query: unknown; sent: number }
  | { kind: 'ping' }
  | { kind: 'close' };

/** What a service process sends; `Event` is what it tells unasked. */
export type Reply<Event = never> =
  | { kind: 'ready' }
  | { kind: 'failed'; error: PlainError }
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: PlainError }
  | { kind: 'pong' }
  | Event;

export interface PlainError {
  code: ErrorCode;
  message: string;
}

/** Milliseconds of a monotonic clock that all processes of this machine share. */
export function uptime(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

export function toPlainError(reason: unknown): PlainError {
  const { code, message } = toAccessError(reason);
  return { code, message };
}

export function fromPlainError({ code, message }: PlainError): AccessError {
  return new AccessError(ERROR_CODES.includes(code) ? code : 'INTERNAL', message);
}
