import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Shorter ones could be guessed. */
export const SHORTEST_TOKEN = 16;

/**
 * The token of a request: `x-gatewire-token`, or `authorization: Bearer …`. A header of its own goes well with a
 * Node-RED that asks for a password before its HTTP nodes.
 */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['x-gatewire-token'];
  if (typeof own === 'string') return own;
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/** Compares in a time that tells nothing of the token, not even its length. */
export function isToken(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(expected)) && given !== undefined;
}
