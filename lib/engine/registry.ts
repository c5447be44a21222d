import { mkdirSync, realpathSync } from 'node:fs';
import { AccessError } from '../model/errors.ts';
import type { SiteSettings } from '../model/site.ts';
import {
  openEngineClient,
  type EngineClient,
  type EngineClientOptions,
  type EngineState,
} from './client.ts';
import type { Engine } from './engine.ts';

/** A deploy closes a config node and opens it again; the engine goes on meanwhile. Milliseconds. */
const LINGER = 10_000;

export interface AcquireOptions extends EngineClientOptions {
  /** How long the engine lives on after its last release, in milliseconds. */
  linger?: number;
}

/** A share of the engine of one data folder. */
export interface EngineHandle {
  engine: Engine;
  readonly state: EngineState;
  /** Why the engine is down. */
  readonly error: AccessError | undefined;
  onState(listener: () => void): () => void;
  /** Gives the share back and ends its subscriptions. The engine goes some time after the last one. */
  release(): Promise<void>;
}

interface Entry {
  client: EngineClient;
  /** The site that each holder has configured. */
  holders: Map<symbol, SiteSettings | undefined>;
  ending: NodeJS.Timeout | undefined;
}

/** One engine per data folder, whatever it is called. */
const entries = new Map<string, Entry>();

/**
 * The engine of a data folder, started if nobody has it yet. Throws `CONFIG_INVALID` if the folder cannot be
 * made. Several holders share it as long as they mean the same site.
 */
export function acquireEngine(options: AcquireOptions): EngineHandle {
  const folder = realFolder(options.folder);
  const entry = entries.get(folder) ?? open({ ...options, folder });
  clearTimeout(entry.ending);
  const holder = Symbol(folder);
  entry.holders.set(holder, undefined);
  const subscriptions = new Set<() => void>();
  const { client } = entry;
  const until = (stop: () => void): (() => void) => {
    subscriptions.add(stop);
    return stop;
  };

  async function release(): Promise<void> {
    for (const stop of subscriptions) stop();
    if (!entry.holders.delete(holder) || entry.holders.size > 0) return;
    await endLater(folder, entry, options.linger ?? LINGER);
  }

  const engine: Engine = {
    ...client.engine,
    async configure(config) {
      claimSite(entry, holder, config.site, folder);
      return client.engine.configure(config);
    },
    on: (event, listener) => until(client.engine.on(event, listener)),
    close: release,
  };
  return {
    engine,
    get state() {
      return client.state;
    },
    get error() {
      return client.error;
    },
    onState: (listener) => until(client.onState(listener)),
    release,
  };
}

function realFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return realpathSync(folder);
  } catch (error) {
    throw new AccessError('CONFIG_INVALID', `The data folder ${folder} cannot be made`, {
      cause: error,
    });
  }
}

function open(options: AcquireOptions): Entry {
  const client = openEngineClient(options);
  const entry: Entry = { client, holders: new Map(), ending: undefined };
  entries.set(options.folder, entry);
  return entry;
}

/** Two sites in one folder would overwrite each other's access points. */
function claimSite(entry: Entry, holder: symbol, site: SiteSettings, folder: string): void {
  for (const [other, theirs] of entry.holders) {
    if (other === holder || theirs === undefined || theirs.id === site.id) continue;
    throw new AccessError(
      'CONFIG_INVALID',
      `The data folder ${folder} belongs to the site "${theirs.name}": give each site its own`,
    );
  }
  entry.holders.set(holder, site);
}

async function endLater(folder: string, entry: Entry, linger: number): Promise<void> {
  const end = (): Promise<void> => {
    entries.delete(folder);
    return entry.client.close();
  };
  if (linger === 0) return end();
  entry.ending = setTimeout(() => void end(), linger).unref();
}
