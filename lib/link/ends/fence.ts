import type { KeyObject } from 'node:crypto';
import { parser } from '../../model/parse.ts';
import type { Beats } from './beats.ts';
import { RemoteCommand } from './command.ts';
import { openLetter } from '../trust/letter.ts';

/** Why a command is not carried out. */
export const REFUSALS = [
  'retained',
  'notSigned',
  'malformed',
  'notForUs',
  'otherSession',
  'tooOld',
  'used',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** A command as it came in. */
export interface Arrival {
  text: string;
  /** Whether the broker had kept it for whoever subscribes. */
  retained: boolean;
}

export interface FenceOptions {
  site: string;
  gateway: string;
  /** The keys whose commands count: the server's, and its next one while they are changed. */
  keys: () => readonly KeyObject[];
  beats: Beats;
  /** Whether a command was carried out before. It has to be remembered durably before it is carried out. */
  isUsed: (id: string) => boolean;
}

export type Verdict =
  | { command: RemoteCommand; /** Milliseconds that are left of its life. */ left: number }
  | { refusal: Refusal; id?: string };

const remoteCommand = parser(RemoteCommand);

/**
 * Decides whether a command that arrived may be carried out (N1): signed by the server, for this gateway, of this very
 * connection, fresh by our own monotonic clock, and never before. The order is that of `REFUSALS`.
 */
export function judgeCommand({ text, retained }: Arrival, options: FenceOptions): Verdict {
  if (retained) return { refusal: 'retained' };
  const message = openLetter('commands', text, options.keys());
  if (message === undefined) return { refusal: 'notSigned' };
  if (!remoteCommand.check(message)) return { refusal: 'malformed' };
  const { id, site, gateway, beat, life } = message;
  if (site !== options.site || gateway !== options.gateway) return { refusal: 'notForUs', id };
  const age = options.beats.age(beat);
  if (age === undefined) return { refusal: 'otherSession', id };
  if (age >= life) return { refusal: 'tooOld', id };
  if (options.isUsed(id)) return { refusal: 'used', id };
  return { command: message, left: life - age };
}
