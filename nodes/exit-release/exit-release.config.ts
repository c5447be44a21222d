import { AccessError } from '../../lib/model/errors.ts';
import { OPERATIONS, type Operation } from '../../lib/release/perform.ts';
import { SHORTEST_TOKEN } from '../../lib/release/token.ts';
import type { Settings } from '../../lib/runtime/settings.ts';
import { typedField, type TypedValue } from '../../lib/runtime/typed-value.ts';

/** In the place of an operation: the message says it, as `msg.operation`. */
export const FROM_MESSAGE = 'message';
/** Marks that an `http in` node has received; the token of the node is asked for. */
export const OVER_HTTP = 'http';
/** A decision, of which a blocked exit is explained to the visitor and the guard. */
export const DECISION = 'decision';

const CHOICES = [...OPERATIONS, OVER_HTTP, DECISION, FROM_MESSAGE] as const;
/** The longest name of an author or a source. */
const NAME_LENGTH = 64;

export interface ExitReleaseConfig {
  site: string;
  operation: Operation | typeof OVER_HTTP | typeof DECISION | typeof FROM_MESSAGE;
  value: TypedValue;
  author: TypedValue;
  /** Who is named in the administration log if the author is empty. */
  defaultAuthor: string;
  /** Only this firm's deals are seen and changed. */
  firm: TypedValue;
  /** The accounting system whose keys these are. */
  source: string;
}

export function normalise(settings: Settings): ExitReleaseConfig {
  return {
    site: settings.text('site'),
    operation: settings.choice('operation', CHOICES, DECISION),
    value: typedField(settings, 'value', { value: 'payload', type: 'msg' }),
    author: typedField(settings, 'author', { value: '', type: 'str' }),
    defaultAuthor: `flow:${settings.text('name', settings.text('id'))}`.slice(0, NAME_LENGTH),
    firm: typedField(settings, 'firm', { value: '', type: 'str' }),
    source: settings.text('source', 'flow').slice(0, NAME_LENGTH),
  };
}

/** Where the token may stand if the dialog has none, so that a flow can be shipped without a secret. */
const TOKEN_VARIABLE = 'GATEWIRE_MARKS_TOKEN';

/** The token that accounting systems have to show. Throws CONFIG_INVALID if it is missing or short. */
export function tokenIn(credentials: unknown, environment = process.env): string {
  const { token } = (credentials ?? {}) as { token?: unknown };
  const chosen = token === undefined || token === '' ? environment[TOKEN_VARIABLE] : token;
  if (typeof chosen === 'string' && chosen.length >= SHORTEST_TOKEN) return chosen;
  throw new AccessError(
    'CONFIG_INVALID',
    `token is missing or has less than ${SHORTEST_TOKEN} characters`,
  );
}
