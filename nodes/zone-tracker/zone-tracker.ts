import type { NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { FirmScope } from '../../lib/engine/engine.ts';
import type { Passage } from '../../lib/model/decision.ts';
import { AccessError, toAccessError } from '../../lib/model/errors.ts';
import { Id } from '../../lib/model/fields.ts';
import { parser } from '../../lib/model/parse.ts';
import type { EventEntry } from '../../lib/model/record.ts';
import type { Send } from '../../lib/runtime/lifecycle.ts';
import { accessOf } from '../../lib/runtime/message.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { shownState, siteType, type SiteApi } from '../../lib/runtime/site.ts';
import { evaluate } from '../../lib/runtime/typed-value.ts';
import { Exchange } from './exchange.ts';
import { isFull, occupancyText } from './occupancy-status.ts';
import { perform, type Answer } from './operations.ts';
import { normalise, type ZoneTrackerConfig } from './zone-tracker.config.ts';

const RESULT = 0;
const EVENTS = 1;
const FAULTS = 2;
const GATEWAYS = 3;
const PORTS = 4;

/** The alarms of the engine that are about positions. */
const PRESENCE_ALARMS: ReadonlySet<string> = new Set([
  'antiPassbackViolation',
  'occupancyReached',
  'occupancyLeft',
  'sharedPositionsLost',
  'sharedPositionsBack',
]);
const FAULT_CODES: ReadonlySet<string> = new Set(['sharedPositionsLost', 'sharedPositionsBack']);

/** Milliseconds for which several changes are shown as one. */
const SETTLE = 200;
/** Counts change without a passage, too: by a reset, or by another gateway. Milliseconds. */
const REFRESH = 5000;
const AUTHOR_LENGTH = 64;

const firmParser = parser(Id);

/** The zone-tracker node: who is where, lists for an evacuation, and positions shared by several gateways. */
export default function register(RED: NodeAPI): void {
  registerNode<ZoneTrackerConfig>(RED, 'gatewire-zone-tracker', { normalise, start });
}

function start(context: NodeContext<ZoneTrackerConfig>): NodeParts<never> {
  const site = siteType.of(context.RED, context.config.site);
  const tracker = new Tracker(context, site);
  return {
    input: (message, send) => tracker.receive(message, send),
    close: () => {
      tracker.close();
    },
  };
}

class Tracker {
  readonly #context: NodeContext<ZoneTrackerConfig>;
  readonly #site: SiteApi;
  readonly #exchange: Exchange | undefined;
  readonly #stops: (() => void)[];
  readonly #refresh: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;

  constructor(context: NodeContext<ZoneTrackerConfig>, site: SiteApi) {
    this.#context = context;
    this.#site = site;
    this.#exchange = this.#openExchange();
    this.#stops = [
      site.onState(() => {
        this.#stateChanged();
      }),
      site.engine.on('passage', (passage) => {
        this.#passed(passage);
      }),
      site.engine.on('alarm', (event) => {
        this.#alarmed(event);
      }),
    ];
    this.#refresh = setInterval(() => {
      this.#showSoon();
    }, REFRESH);
    this.#stateChanged();
  }

  /** What a message asks or tells: other gateways, an operation, or a passage that has just been recorded. */
  async receive(message: NodeMessageInFlow, send: Send): Promise<void> {
    const shared = sharedIn(message);
    if (shared !== undefined) {
      await this.#exchange?.receive(shared);
      this.#showSoon();
      return;
    }
    const { operation } = message as { operation?: unknown };
    const answer =
      operation === undefined
        ? await this.#positionAfter(message)
        : await perform(await this.#around(message), operation, message.payload);
    send(at(RESULT, withAnswer(message, answer)));
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#exchange?.close();
    clearInterval(this.#refresh);
    clearTimeout(this.#settling);
  }

  async #around(message: NodeMessageInFlow): Promise<Parameters<typeof perform>[0]> {
    const { node } = this.#context;
    const author = `flow:${node.name ?? node.id}`.slice(0, AUTHOR_LENGTH);
    return {
      engine: this.#site.engine,
      settings: this.#site.settings,
      author,
      now: () => Date.now(),
      scope: await this.#scopeOf(message),
    };
  }

  /** A limit that comes from the message must not end because the message does not have it. */
  async #scopeOf(message: NodeMessageInFlow): Promise<FirmScope | undefined> {
    const { RED, node, config } = this.#context;
    if (config.scope.type === 'str' && config.scope.value === '') return undefined;
    const firm = await evaluate(RED, node, config.scope, message, 'scope');
    return { firm: firmParser.parse(firm, 'scope') };
  }

  /** The passage itself was recorded by the node that saw it; here it is only asked where it has led. */
  async #positionAfter(message: NodeMessageInFlow): Promise<Answer> {
    const { passage } = accessOf(message);
    if (passage === undefined) {
      throw new AccessError('INPUT_INVALID', 'msg.access.passage or msg.operation is needed');
    }
    const { person } = passage;
    if (person === undefined) return { payload: { state: 'unknown' } };
    return { payload: await this.#site.engine.position({ person }) };
  }

  #openExchange(): Exchange | undefined {
    const { sharing } = this.#context.config;
    if (sharing === undefined) return undefined;
    return new Exchange({
      engine: this.#site.engine,
      settings: sharing,
      send: (message) => {
        this.#send(GATEWAYS, { topic: `gatewire/zones/${sharing.gateway}`, payload: message });
      },
      onMissing: () => {
        this.#showSoon();
      },
      onError: (error) => {
        this.#failed(error);
      },
    });
  }

  #stateChanged(): void {
    const { state } = this.#site;
    if (state !== 'down' && state !== 'starting') {
      this.#exchange?.begin().catch((error: unknown) => {
        this.#failed(error);
      });
    }
    this.#showSoon();
  }

  #passed(passage: Passage): void {
    this.#exchange?.pump().catch((error: unknown) => {
      this.#failed(error);
    });
    this.#send(EVENTS, { topic: 'passage', payload: passage });
    this.#showSoon();
  }

  #alarmed(event: EventEntry): void {
    if (!PRESENCE_ALARMS.has(event.code)) return;
    this.#send(FAULT_CODES.has(event.code) ? FAULTS : EVENTS, {
      topic: event.code,
      payload: event,
    });
    this.#showSoon();
  }

  /** The status shows that the engine is down, and the other gateways notice the silence. */
  #failed(error: unknown): void {
    if (toAccessError(error).code !== 'ENGINE_UNAVAILABLE') this.#context.node.error(error);
  }

  #showSoon(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      void this.#show();
    }, SETTLE);
  }

  async #show(): Promise<void> {
    const { status, config } = this.#context;
    const state = shownState(this.#site.state, 'ready');
    if (state !== 'ready' && state !== 'degraded') {
      status.show(state);
      return;
    }
    try {
      const zones = await this.#site.engine.zones({});
      const text = occupancyText(zones, config.shown);
      const name = isFull(zones) ? 'alarm' : state;
      if (text === '') status.show(name);
      else status.show(name, text);
    } catch {
      status.show(shownState(this.#site.state, 'degraded'));
    }
  }

  #send(port: number, message: NodeMessage): void {
    this.#context.node.send(at(port, message));
  }
}

function at<M extends NodeMessage>(port: number, message: M): (M | null)[] {
  return Array.from({ length: PORTS }, (_, index) => (index === port ? message : null));
}

function withAnswer(
  message: NodeMessageInFlow,
  { payload, contentType }: Answer,
): NodeMessageInFlow {
  const headers = contentType === undefined ? {} : { headers: { 'content-type': contentType } };
  return Object.assign(message, { payload, ...headers });
}

/** What another gateway has sent: an object with `share`, or the same as JSON text or bytes off a wire. */
function sharedIn({ payload }: NodeMessageInFlow): object | undefined {
  const value: unknown = isText(payload) ? jsonOf(String(payload)) : payload;
  return typeof value === 'object' && value !== null && 'share' in value ? value : undefined;
}

function isText(payload: unknown): payload is string | Buffer {
  return typeof payload === 'string' || Buffer.isBuffer(payload);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
