import type { Engine } from '../../lib/engine/engine.ts';
import type { EventEntry } from '../../lib/model/record.ts';
import { GatewayHost, type GatewayHostOptions } from '../../lib/runtime/gateway-host.ts';
import type { LinkApi, LinkState } from '../../lib/runtime/link.ts';
import { ServerHost, type ServerHostOptions } from '../../lib/runtime/server-host.ts';
import type { SiteApi } from '../../lib/runtime/site.ts';
import { fakeEngine, fakeSite } from './fake-site.ts';

const SITE_ID = 'park';

/** A site without an engine process, which collects what is recorded. */
export interface RecordingSite {
  api: SiteApi;
  events: EventEntry[];
  /** The next event of a code, or the one that was recorded already. */
  recorded(code: string): Promise<EventEntry>;
  close(): Promise<void>;
}

export function recordingSite(methods: Partial<Engine> = {}): RecordingSite {
  const events: EventEntry[] = [];
  let wake: () => void = () => undefined;
  const recordEvent: Engine['recordEvent'] = (event) => {
    events.push(event);
    wake();
    return Promise.resolve({ stream: 'event', seq: events.length, id: String(events.length) });
  };
  const site = fakeSite(fakeEngine({ recordEvent, ...methods }), { id: SITE_ID });
  return {
    api: site.api,
    events,
    close: () => site.close(),
    async recorded(code) {
      for (;;) {
        const event = events.find((one) => one.code === code);
        if (event !== undefined) return event;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function warn(problem: string): never {
  throw new Error(problem);
}

/** A server with its own broker on a free port of loopback. */
export async function startServer(
  site: SiteApi,
  options: Partial<ServerHostOptions> = {},
): Promise<ServerHost> {
  const broker = { embedded: { host: '127.0.0.1', port: 0 } };
  const server = new ServerHost({ site, broker, warn, ...options });
  await reached(server, 'online');
  return server;
}

export function startGateway(
  site: SiteApi,
  port: number | undefined,
  options: Partial<GatewayHostOptions> = {},
): GatewayHost {
  const broker = { url: `mqtt://127.0.0.1:${String(port)}`, version: 4 } as const;
  return new GatewayHost({ site, gateway: 'north', broker, version: '0.0.0', warn, ...options });
}

/** Resolves as soon as the link is in the state, with its reason. */
export function reached(link: LinkApi, name: LinkState['name']): Promise<LinkState> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (link.state.name !== name) return;
      off();
      resolve(link.state);
    };
    const off = link.onState(look);
    look();
  });
}
