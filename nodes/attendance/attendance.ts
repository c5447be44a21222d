import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import {
  OPERATIONS,
  perform,
  type Answer,
  type Operation,
  type Request,
} from '../../lib/attendance/perform.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { Id, Name } from '../../lib/model/fields.ts';
import { parser } from '../../lib/model/parse.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { followEngine, siteType } from '../../lib/runtime/site.ts';
import { evaluate, type TypedValue } from '../../lib/runtime/typed-value.ts';
import { FROM_MESSAGE, normalise, type AttendanceConfig } from './attendance.config.ts';

type Context = NodeContext<AttendanceConfig>;

const authorParser = parser(Name);
const firmParser = parser(Id);

/** The attendance node: working time by person and firm, timesheets, plans and corrections. */
export default function register(RED: NodeAPI): void {
  registerNode<AttendanceConfig>(RED, 'gatewire-attendance', { normalise, start });
}

function start(context: Context): NodeParts<never> {
  const { RED, config, status } = context;
  const site = siteType.of(RED, config.site);
  const unfollow = followEngine(site, status, 'ready');
  const closing = new AbortController();
  const around = {
    ...config,
    engine: site.engine,
    site: site.settings,
    signal: closing.signal,
    now: () => systemClock.now(),
    onProgress: () => {
      status.flash('busy');
    },
  };
  return {
    input: async (message, send) => {
      try {
        const answer = await perform(around, await requestOf(context, message));
        status.flash(answer.rejections.length === 0 ? 'done' : 'partly');
        send(portsOf(RED, message, answer));
      } catch (reason) {
        status.flash('fault');
        throw reason;
      }
    },
    close: () => {
      closing.abort(new AccessError('BUSY', 'the flow was deployed anew; ask again'));
      unfollow();
    },
  };
}

async function requestOf(context: Context, message: NodeMessageInFlow): Promise<Request> {
  const { RED, node, config } = context;
  const read = (field: TypedValue, name: string): Promise<unknown> =>
    evaluate(RED, node, field, message, name);
  const author = (await read(config.author, 'author')) ?? '';
  const isLimited = config.scope.type !== 'str' || config.scope.value !== '';
  return {
    operation: config.operation === FROM_MESSAGE ? operationOf(message) : config.operation,
    firm: firmOf(await read(config.firm, 'firm'), 'firm'),
    value: await read(config.value, 'value'),
    author: authorParser.parse(author === '' ? config.defaultAuthor : author, 'author'),
    // A limit that comes from the message must not end because the message does not have it.
    scope: isLimited
      ? { firm: firmParser.parse(await read(config.scope, 'scope'), 'scope') }
      : undefined,
  };
}

function firmOf(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return firmParser.parse(value, name);
}

function operationOf(message: NodeMessageInFlow): Operation {
  const { operation } = message as { operation?: unknown };
  const found = OPERATIONS.find((one) => one === operation);
  if (found !== undefined) return found;
  throw new AccessError('INPUT_INVALID', `msg.operation must be one of ${OPERATIONS.join(', ')}`);
}

/** The result, and beside it the refused lines of a plan if there are any. */
function portsOf(
  RED: NodeAPI,
  message: NodeMessageInFlow,
  { payload, rejections, filename }: Answer,
): (NodeMessageInFlow | null)[] {
  const result = Object.assign(message, { payload }, filename === undefined ? {} : { filename });
  if (rejections.length === 0) return [result, null];
  return [result, Object.assign(RED.util.cloneMessage(message), { payload: rejections })];
}
