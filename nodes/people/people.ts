import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { AccessError } from '../../lib/model/errors.ts';
import { Id, Name } from '../../lib/model/fields.ts';
import { parser } from '../../lib/model/parse.ts';
import { OPERATIONS, perform, type Answer, type Request } from '../../lib/people/perform.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { followEngine, siteType } from '../../lib/runtime/site.ts';
import { evaluate } from '../../lib/runtime/typed-value.ts';
import {
  ALL_KINDS,
  FROM_MESSAGE,
  KIND_CHOICES,
  normalise,
  type PeopleConfig,
} from './people.config.ts';

type Context = NodeContext<PeopleConfig>;

const authorParser = parser(Name);
const firmParser = parser(Id);

/** The people node: creates, changes, finds, deletes, imports and exports who may pass, and explains it. */
export default function register(RED: NodeAPI): void {
  registerNode<PeopleConfig>(RED, 'gatewire-people', { normalise, start });
}

function start(context: Context): NodeParts<never> {
  const { RED, config, status } = context;
  const site = siteType.of(RED, config.site);
  const unfollow = followEngine(site, status, 'ready');
  const closing = new AbortController();
  const around = {
    ...config,
    engine: site.engine,
    open: (sealed: string) => site.sealing.open(sealed),
    signal: closing.signal,
    onProgress: () => {
      status.flash('busy');
    },
  };
  const work = oneImportAtATime((request) => perform(around, request));
  return {
    input: async (message, send) => {
      try {
        const answer = await work(await requestOf(context, message));
        status.flash(answer.rejections.length === 0 ? 'done' : 'partly');
        send(portsOf(RED, message, answer));
      } catch (reason) {
        status.flash('fault');
        throw reason;
      }
    },
    close: () => {
      closing.abort(new AccessError('BUSY', 'the flow was deployed anew; import again'));
      unfollow();
    },
  };
}

/** A second import would only slow the first one down, and decisions with it. */
function oneImportAtATime(
  work: (request: Request) => Promise<Answer>,
): (request: Request) => Promise<Answer> {
  let importing = false;
  return async (request) => {
    if (request.operation !== 'import') return work(request);
    if (importing) throw new AccessError('BUSY', 'an import is still running');
    importing = true;
    try {
      return await work(request);
    } finally {
      importing = false;
    }
  };
}

async function requestOf(context: Context, message: NodeMessageInFlow): Promise<Request> {
  const { RED, node, config } = context;
  const { operation, kind } = config;
  const author = (await evaluate(RED, node, config.author, message, 'author')) ?? '';
  const chosenKind = kind === FROM_MESSAGE ? choice(message, 'kind', KIND_CHOICES) : kind;
  return {
    operation: operation === FROM_MESSAGE ? choice(message, 'operation', OPERATIONS) : operation,
    kind: chosenKind === ALL_KINDS ? undefined : chosenKind,
    value: await evaluate(RED, node, config.value, message, 'value'),
    author: authorParser.parse(author === '' ? config.defaultAuthor : author, 'author'),
    ...(await scopeOf(context, message)),
  };
}

/** A scope that is to come from somewhere and does not come must not open everything. */
async function scopeOf(
  { RED, node, config: { firm } }: Context,
  message: NodeMessageInFlow,
): Promise<Pick<Request, 'scope'>> {
  if (firm.type === 'str' && firm.value === '') return {};
  const given = await evaluate(RED, node, firm, message, 'firm');
  return { scope: { firm: firmParser.parse(given, 'the firm') } };
}

function choice<T extends string>(
  message: NodeMessageInFlow,
  field: 'operation' | 'kind',
  choices: readonly T[],
): T {
  const given = (message as Partial<Record<typeof field, unknown>>)[field];
  const found = choices.find((one) => one === given);
  if (found !== undefined) return found;
  throw new AccessError('INPUT_INVALID', `msg.${field} must be one of ${choices.join(', ')}`);
}

/** The result, and beside it the rejected rows if there are any. */
function portsOf(
  RED: NodeAPI,
  message: NodeMessageInFlow,
  { payload, rejections }: Answer,
): (NodeMessageInFlow | null)[] {
  const result = Object.assign(message, { payload });
  if (rejections.length === 0) return [result, null];
  return [result, Object.assign(RED.util.cloneMessage(message), { payload: rejections })];
}
