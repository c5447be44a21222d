import type { Address } from '../ends/gateway-end.ts';
import { DOWN, UP, topicOf, type Channel } from './topics.ts';

/** Who may connect to a broker: a gateway that was paired, or one that wants to be. */
export interface Guest extends Address {
  kind: 'paired' | 'pairing';
}

/** What each of them may do. Only the state may be kept by the broker: an opening that is kept opens later (F-33). */
const RULES: Readonly<
  Record<Guest['kind'], { send: readonly Channel[]; hear: readonly Channel[] }>
> = {
  paired: { send: UP, hear: DOWN },
  pairing: { send: ['pairing'], hear: ['paired'] },
};

/** The user, and client id, of a gateway: `<site>/<gateway>`, before `pairing/` while it is not known yet. */
export function userOf({ kind, site, gateway }: Guest): string {
  const names = [site, gateway].map((name) => encodeURIComponent(name));
  return [...(kind === 'pairing' ? ['pairing'] : []), ...names].join('/');
}

/** Whose user this is; undefined for everything that `userOf` does not give. */
export function guestOf(user: string): Guest | undefined {
  const levels = user.split('/');
  const kind = levels.length === 3 ? 'pairing' : 'paired';
  const [site, gateway] = levels.slice(-2).map(decode);
  if (!site || !gateway) return undefined;
  const guest: Guest = { kind, site, gateway };
  return userOf(guest) === user ? guest : undefined;
}

export function maySend(guest: Guest, topic: string, retain: boolean): boolean {
  const channel = RULES[guest.kind].send.find((name) => isTopic(guest, name, topic));
  return channel !== undefined && (!retain || channel === 'state');
}

/** Only the topics of the gateway itself, and no wildcard. */
export function mayHear(guest: Guest, filter: string): boolean {
  return RULES[guest.kind].hear.some((name) => isTopic(guest, name, filter));
}

function isTopic({ site, gateway }: Guest, channel: Channel, topic: string): boolean {
  return topicOf({ site, gateway, channel }) === topic;
}

function decode(level: string): string | undefined {
  try {
    return decodeURIComponent(level);
  } catch {
    return undefined;
  }
}
