import path from 'node:path';
import type { FaceConfig } from '../engine/faces/requests.ts';
import type { EngineHandle } from '../engine/registry.ts';
import { acquireEngine } from '../engine/registry.ts';
import type { Engine, EngineHealth } from '../engine/engine.ts';
import type { AccessPoint } from '../model/access-point.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import type { SiteSettings } from '../model/site.ts';
import { Doors } from './doors.ts';
import { Sealing } from './sealing.ts';
import type { EngineState, SiteApi } from './site.ts';

export interface SiteHostOptions {
  settings: SiteSettings;
  folder: string;
  faces: FaceConfig;
  keyFile?: string;
}

/** How often the health of the engine is asked for, in milliseconds. */
const HEALTH_INTERVAL = 2000;
/** A probe decision older than this means that the engine does not decide any more, in milliseconds. */
const PROBE_LIMIT = 10_000;

/** Holds the engine of a site, keeps it configured, and tells the nodes how it is doing. */
export class SiteHost implements SiteApi {
  readonly settings: SiteSettings;
  readonly folder: string;
  readonly engine: Engine;
  readonly sealing = new Sealing();
  readonly doors: Doors;
  readonly #handle: EngineHandle;
  readonly #faces: FaceConfig;
  readonly #warn: (message: string) => void;
  readonly #accessPoints = new Map<string, AccessPoint>();
  readonly #listeners = new Set<(state: EngineState) => void>();
  readonly #unsubscribe: () => void;
  readonly #poll: NodeJS.Timeout;
  #state: EngineState = 'starting';
  #health: EngineHealth | undefined;
  #configuring = false;
  #closed = false;

  constructor(options: SiteHostOptions, warn: (message: string) => void) {
    this.settings = options.settings;
    this.folder = options.folder;
    this.#faces = options.faces;
    this.#warn = warn;
    this.#handle = acquireEngine({
      folder: options.folder,
      ...(options.keyFile === undefined ? {} : { keyFile: options.keyFile }),
    });
    this.engine = this.#handle.engine;
    this.doors = new Doors(path.join(options.folder, 'doors.json'), this.engine, warn);
    this.#unsubscribe = this.#handle.onState(() => void this.#refresh());
    this.#poll = setInterval(() => void this.#refresh(), HEALTH_INTERVAL);
    this.#configureSoon();
  }

  get state(): EngineState {
    return this.#state;
  }

  get health(): EngineHealth | undefined {
    return this.#health;
  }

  onState(listener: (state: EngineState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws CONFIG_INVALID if another node of the site already has this access point id. */
  addAccessPoint(accessPoint: AccessPoint): () => void {
    if (this.#accessPoints.has(accessPoint.id)) {
      throw new AccessError('CONFIG_INVALID', `access point id "${accessPoint.id}" is used twice`);
    }
    this.#accessPoints.set(accessPoint.id, accessPoint);
    this.#configureSoon();
    return () => {
      this.#accessPoints.delete(accessPoint.id);
      this.#configureSoon();
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#poll);
    this.#unsubscribe();
    this.#listeners.clear();
    // The doors still have something to record.
    await this.doors.close();
    await this.#handle.release();
  }

  /** One configuration for all access points that a deploy adds or removes in one turn. */
  #configureSoon(): void {
    if (this.#configuring || this.#closed) return;
    this.#configuring = true;
    setImmediate(() => {
      this.#configuring = false;
      if (!this.#closed) void this.#configure();
    });
  }

  async #configure(): Promise<void> {
    const accessPoints = [...this.#accessPoints.values()];
    try {
      await this.engine.configure({ site: this.settings, accessPoints });
      await this.engine.configureFaces(this.#faces);
    } catch (reason) {
      const error = toAccessError(reason);
      // The engine takes the configuration over by itself when it is back.
      if (error.code !== 'ENGINE_UNAVAILABLE') this.#warn(error.message);
    }
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    try {
      this.#health = await this.engine.health();
      this.#change(stateOf(this.#health));
    } catch {
      this.#health = undefined;
      this.#change(this.#handle.state === 'starting' ? 'starting' : 'down');
    }
  }

  #change(state: EngineState): void {
    if (state === this.#state || this.#closed) return;
    this.#state = state;
    if (state !== 'down') this.doors.journal.retry();
    for (const listener of this.#listeners) listener(state);
  }
}

/** What the health of an engine that answers means for the nodes: the worst first. */
export function stateOf(health: Pick<EngineHealth, 'probeAge' | 'clock' | 'state'>): EngineState {
  if (health.probeAge > PROBE_LIMIT) return 'down';
  if (health.clock === 'untrusted') return 'clockUntrusted';
  return health.state === 'ok' ? 'up' : 'degraded';
}
