import type { NodeMessageInFlow } from 'node-red';
import { AccessError } from '../../lib/model/errors.ts';
import { Id, Name } from '../../lib/model/fields.ts';
import { optional } from '../../lib/model/optional.ts';
import { parser } from '../../lib/model/parse.ts';
import type { FirmScope } from '../../lib/model/release-requests.ts';
import type { Request } from '../../lib/release/perform.ts';
import type { NodeContext } from '../../lib/runtime/node.ts';
import { evaluate } from '../../lib/runtime/typed-value.ts';
import type { ExitReleaseConfig } from './exit-release.config.ts';

type Context = NodeContext<ExitReleaseConfig>;

const authorParser = parser(Name);
const firmParser = parser(Id);

/** What a message asks for, with who asks and for which firm. */
export async function requestOf(context: Context, message: NodeMessageInFlow): Promise<Request> {
  const { RED, node, config } = context;
  const author = (await evaluate(RED, node, config.author, message, 'author')) ?? '';
  return {
    value: await evaluate(RED, node, config.value, message, 'value'),
    author: authorParser.parse(author === '' ? config.defaultAuthor : author, 'author'),
    source: config.source,
    ...optional('scope', await scopeOf(context, message)),
  };
}

/**
 * The firm to which the node is bound; none only if the dialog leaves it empty. A message that should name the firm
 * and does not gets an error rather than the deals of all.
 */
async function scopeOf(
  { RED, node, config }: Context,
  message: NodeMessageInFlow,
): Promise<FirmScope | undefined> {
  const { firm } = config;
  if (firm.type === 'str' && firm.value === '') return undefined;
  return { firm: firmParser.parse(await evaluate(RED, node, firm, message, 'firm'), 'firm') };
}

/** An operation that the message has chosen. Throws INPUT_INVALID for any other text. */
export function chosenOperation<T extends string>(
  message: NodeMessageInFlow,
  choices: readonly T[],
): T {
  const given = (message as { operation?: unknown }).operation;
  const found = choices.find((one) => one === given);
  if (found !== undefined) return found;
  throw new AccessError('INPUT_INVALID', `msg.operation must be one of ${choices.join(', ')}`);
}
