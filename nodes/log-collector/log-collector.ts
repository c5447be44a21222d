import type { NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { CollectedRecord } from '../../lib/engine/collected/collected.ts';
import { Collector } from '../../lib/link/log/collector.ts';
import { FAULT_CODES } from '../../lib/link/log/faults.ts';
import { attachCollector } from '../../lib/link/log/link.ts';
import { WiredRecords } from '../../lib/link/log/records.ts';
import { topicOf } from '../../lib/link/wire/topics.ts';
import { AccessError, toAccessError } from '../../lib/model/errors.ts';
import { parser } from '../../lib/model/parse.ts';
import type { Send } from '../../lib/runtime/lifecycle.ts';
import { followLink, linkType, type LinkApi } from '../../lib/runtime/link.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { afterStart, followEngine, siteType, type SiteApi } from '../../lib/runtime/site.ts';
import { wiredContent } from '../../lib/runtime/wired.ts';
import { normalise, type LogCollectorConfig } from './log-collector.config.ts';
import { perform, type Asked } from './operations.ts';
import { PictureCollection } from './picture-collection.ts';
import { servePictures, showPictures } from './picture-route.ts';

const RESULT = 0;
const RECORDS = 1;
const FAULTS = 2;
const GATEWAYS = 3;
const PORTS = 4;

const LOG_ALARMS: ReadonlySet<string> = new Set(Object.values(FAULT_CODES));
const wired = parser(WiredRecords);

/** What of a message this node looks at. */
type Received = NodeMessageInFlow & { operation?: unknown; gateway?: unknown };

/** The log-collector node: takes the records of many gateways, each once, and acknowledges what is committed. */
export default function register(RED: NodeAPI): void {
  servePictures(RED);
  registerNode<LogCollectorConfig>(RED, 'gatewire-log-collector', { normalise, start });
}

function start(context: NodeContext<LogCollectorConfig>): NodeParts<never> {
  const { RED, config } = context;
  const { route } = config;
  const link = 'link' in route ? linkType.of(RED, route.link) : undefined;
  const site = 'site' in route ? siteType.of(RED, route.site) : link?.site;
  if (site === undefined || (link !== undefined && link.server === undefined)) {
    throw new AccessError('CONFIG_INVALID', 'the chosen link has the role of a gateway');
  }
  const collection = new CollectionPoint(context, site, link);
  return {
    input: (message, send) => collection.receive(message, send),
    close: () => {
      collection.close();
    },
  };
}

class CollectionPoint {
  readonly #context: NodeContext<LogCollectorConfig>;
  readonly #site: SiteApi;
  readonly #link: LinkApi | undefined;
  readonly #collector: Collector;
  readonly #pictures: PictureCollection;
  readonly #stops: (() => void)[];

  constructor(context: NodeContext<LogCollectorConfig>, site: SiteApi, link: LinkApi | undefined) {
    this.#context = context;
    this.#site = site;
    this.#link = link;
    const { engine, folder } = site;
    this.#collector = new Collector({
      engine,
      onRecords: (records) => {
        this.#tell(records);
      },
    });
    this.#pictures = new PictureCollection({
      ...{ folder, engine, end: link?.server, onError: this.#failed },
      isTaking: context.config.pictures,
    });
    this.#stops = [
      showPictures(context.node.id, (gateway, snapshot) => this.#pictures.read(gateway, snapshot)),
      ...this.#attach(),
      link === undefined
        ? followEngine(site, context.status, 'ready')
        : followLink(link, context.status),
      engine.on('alarm', (event) => {
        if (LOG_ALARMS.has(event.code)) this.#send(FAULTS, { topic: event.code, payload: event });
      }),
    ];
  }

  /** A question about what is here, or records of a gateway over a wired transport. */
  async receive(message: Received, send: Send): Promise<void> {
    const { operation, payload } = message;
    // A gateway may be quicker than the engine of its server.
    await afterStart(this.#site);
    if (operation !== undefined) {
      const answer = await perform(this.#asked, operation, payload);
      send(at(RESULT, Object.assign(message, { payload: answer })));
    } else if (this.#link === undefined) await this.#take(message, send);
    else
      throw new AccessError('INPUT_INVALID', 'msg.operation is needed: records come by the link');
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#pictures.close();
  }

  get #asked(): Asked {
    return { engine: this.#site.engine, pictures: this.#pictures };
  }

  /** The answer goes out on the same message, so that it finds its way back to a waiting HTTP request. */
  async #take(message: Received, send: Send): Promise<void> {
    const { gateway, content } = wired.parse(wiredContent(message.payload), 'msg.payload');
    if (message.gateway !== undefined && message.gateway !== gateway) {
      throw new AccessError('FORBIDDEN', `msg.gateway is not "${gateway}"`);
    }
    const payload = await this.#collector.take(gateway, content);
    send(at(GATEWAYS, Object.assign(message, { payload, topic: this.#topicTo(gateway) })));
  }

  #attach(): (() => void)[] {
    const ask = (): void => {
      this.#ask().catch(this.#failed);
    };
    const end = this.#link?.server;
    if (end === undefined) ask();
    return [
      // An engine that comes up may have come back from a backup.
      this.#site.onState(ask),
      ...(end === undefined
        ? []
        : [attachCollector(end, this.#collector, { ask, onError: this.#failed })]),
    ];
  }

  /** Asks the gateways that may be there already where they stand (F-28). */
  async #ask(): Promise<void> {
    const { question } = this.#collector;
    for (const gateway of await this.#collector.gateways()) {
      const end = this.#link?.server;
      if (end === undefined) {
        this.#send(GATEWAYS, { topic: this.#topicTo(gateway), payload: question });
      } else await end.send(gateway, 'acknowledgements', question).catch(() => undefined);
    }
  }

  #topicTo(gateway: string): string {
    return topicOf({ site: this.#site.settings.id, gateway, channel: 'acknowledgements' });
  }

  #tell(records: readonly CollectedRecord[]): void {
    for (const record of records) {
      this.#send(RECORDS, { topic: record.stream, payload: record });
    }
  }

  /** While the engine is down nothing is acknowledged, so everything comes again. */
  readonly #failed = (error: unknown): void => {
    if (toAccessError(error).code !== 'ENGINE_UNAVAILABLE') this.#context.node.error(error);
  };

  #send(port: number, message: NodeMessage): void {
    this.#context.node.send(at(port, message));
  }
}

function at<M extends NodeMessage>(port: number, message: M): (M | null)[] {
  return Array.from({ length: PORTS }, (_, index) => (index === port ? message : null));
}
