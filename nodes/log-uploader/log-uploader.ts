import type { NodeAPI, NodeMessage } from 'node-red';
import { attachUploader, recordsOver } from '../../lib/link/log/link.ts';
import { FAULT_CODES } from '../../lib/link/log/faults.ts';
import type { RecordsMessage, WiredRecords } from '../../lib/link/log/records.ts';
import { topicOf } from '../../lib/link/wire/topics.ts';
import { UPLOADER_OPTIONS, Uploader } from '../../lib/link/log/uploader.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { AccessError, toAccessError } from '../../lib/model/errors.ts';
import { optional } from '../../lib/model/optional.ts';
import type { EventEntry } from '../../lib/model/record.ts';
import { followLink, linkType, type LinkApi } from '../../lib/runtime/link.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { shownState, siteType, type SiteApi } from '../../lib/runtime/site.ts';
import { wiredContent } from '../../lib/runtime/wired.ts';
import { normalise, type LogUploaderConfig } from './log-uploader.config.ts';
import { PictureUpload } from './picture-upload.ts';
import { uploadStatus } from './upload-status.ts';

const STATE = 0;
const FAULTS = 1;
const SERVER = 2;
const PORTS = 3;

/** The alarms of the engine that are about the log and its way to the server. */
const LOG_ALARMS: ReadonlySet<string> = new Set([
  ...Object.values(FAULT_CODES),
  ...['acknowledgementImpossible', 'databaseRestored', 'recordsOverwritten'],
  ...['picturesDropped', 'pictureRefused'],
  ...['quota70', 'quota85', 'quota95'],
]);

/** Several changes are shown as one, in milliseconds. */
const SETTLE = 500;

/** The log-uploader node: the gateway's records to the server, each until it is acknowledged, and their pictures. */
export default function register(RED: NodeAPI): void {
  registerNode<LogUploaderConfig>(RED, 'gatewire-log-uploader', { normalise, start });
}

function start(context: NodeContext<LogUploaderConfig>): NodeParts<never> {
  const { RED, config } = context;
  const { route } = config;
  const link = 'link' in route ? linkType.of(RED, route.link) : undefined;
  const site = 'site' in route ? siteType.of(RED, route.site) : link?.site;
  if (site === undefined || (link !== undefined && link.gateway === undefined)) {
    throw new AccessError('CONFIG_INVALID', 'the chosen link has the role of a server');
  }
  const upload = new Upload(context, site, link);
  return {
    input: ({ payload }) => upload.receive(payload),
    close: () => {
      upload.close();
    },
  };
}

class Upload {
  readonly #context: NodeContext<LogUploaderConfig>;
  readonly #site: SiteApi;
  readonly #link: LinkApi | undefined;
  readonly #uploader: Uploader;
  readonly #pictures: PictureUpload | undefined;
  readonly #stops: (() => void)[];
  #detach: (() => void) | undefined;
  #settling: NodeJS.Timeout | undefined;

  constructor(context: NodeContext<LogUploaderConfig>, site: SiteApi, link: LinkApi | undefined) {
    this.#context = context;
    this.#site = site;
    this.#link = link;
    this.#uploader = new Uploader({
      engine: site.engine,
      clock: systemClock,
      options: { ...UPLOADER_OPTIONS, batch: context.config.batch },
      send: this.#sender(),
      onChange: () => {
        this.#showSoon();
        this.#pictures?.run();
      },
      onError: this.#failed,
    });
    this.#pictures = this.#pictureUpload();
    this.#stops = [
      ...(link === undefined ? [] : [followLink(link, context.status)]),
      link?.onState(() => {
        this.#showSoon();
      }) ?? (() => undefined),
      site.onState(() => {
        this.#begin();
      }),
      site.engine.on('alarm', (event) => {
        this.#alarmed(event);
      }),
    ];
    this.#begin();
  }

  /** What the server has answered, over a wired transport. */
  async receive(payload: unknown): Promise<void> {
    if (this.#link !== undefined) {
      throw new AccessError('INPUT_INVALID', 'this node takes its answers from the link');
    }
    await this.#uploader.receive(wiredContent(payload));
  }

  close(): void {
    clearTimeout(this.#settling);
    for (const stop of this.#stops) stop();
    this.#detach?.();
    this.#pictures?.close();
    this.#uploader.close();
  }

  /** Begins when the engine is there, and anew after each of its starts. */
  #begin(): void {
    this.#showSoon();
    const { state } = this.#site;
    if (state === 'down' || state === 'starting') return;
    this.#uploader.look().catch(this.#failed);
    this.#detach?.();
    const end = this.#link?.gateway;
    this.#detach = end && attachUploader(end, this.#uploader, this.#failed);
    if (end === undefined) this.#uploader.connect();
  }

  #sender(): (message: RecordsMessage) => Promise<void> {
    const { route } = this.#context.config;
    if (this.#link?.gateway !== undefined) return recordsOver(this.#link.gateway);
    if ('link' in route) throw new AccessError('CONFIG_INVALID', 'the link has no gateway');
    const { gateway } = route;
    const topic = topicOf({ site: this.#site.settings.id, gateway, channel: 'records' });
    return (content) => {
      const payload: WiredRecords = { gateway, content };
      this.#send(SERVER, { topic, payload });
      return Promise.resolve();
    };
  }

  #pictureUpload(): PictureUpload | undefined {
    const end = this.#link?.gateway;
    if (end === undefined || !this.#context.config.pictures) return undefined;
    return new PictureUpload({
      ...{ site: this.#site, end, records: this.#uploader, onError: this.#failed },
      onChange: () => {
        this.#showSoon();
      },
    });
  }

  #alarmed(event: EventEntry): void {
    if (LOG_ALARMS.has(event.code)) this.#send(FAULTS, { topic: event.code, payload: event });
  }

  /** While the engine is down the status says so; it is tried again when it is back. */
  readonly #failed = (error: unknown): void => {
    if (toAccessError(error).code !== 'ENGINE_UNAVAILABLE') this.#context.node.error(error);
  };

  #showSoon(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#show();
    }, SETTLE);
  }

  #show(): void {
    const { phase, length: waiting, acknowledgedAt } = this.#uploader;
    const pictures = this.#pictures?.state;
    const optionals = {
      ...optional('acknowledgedAt', acknowledgedAt),
      ...optional('pictures', pictures),
    };
    this.#send(STATE, { topic: 'state', payload: { phase, waiting, ...optionals } });
    const engine = shownState(this.#site.state, 'ready');
    const { status } = this.#context;
    if (engine === 'engineDown' || engine === 'starting') status.show(engine);
    else if (this.#link === undefined || this.#link.state.name === 'online') {
      const shown = uploadStatus({ phase, waiting, ...optionals }, this.#site.settings.zone);
      status.show(shown.name, shown.text);
    }
  }

  #send(port: number, message: NodeMessage): void {
    this.#context.node.send(
      Array.from({ length: PORTS }, (_, index) => (index === port ? message : null)),
    );
  }
}
