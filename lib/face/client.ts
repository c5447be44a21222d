import { AccessError, toAccessError } from '../model/errors.ts';
import { Supervisor, type RestartDelays, type ServiceState } from '../process/supervisor.ts';
import { faceProgram, type FaceProgramOptions } from './program.ts';
import type { FaceMethod, FaceService } from './service.ts';
import { Turns } from './turns.ts';

/** A broken installation is tried again once a minute. */
const DELAYS: RestartDelays = { first: 250, most: 60_000, stable: 60_000 };
/** When the gallery of a process that is up could not be filled. Milliseconds. */
const REFILL_AFTER = 2000;
/** Pictures that may wait, beside the one that is worked on: a second of a camera that is looked at. */
const MOST_WAITING = 8;

/** The part of the service that holds templates. */
export type GalleryService = Pick<FaceService, 'put' | 'remove'>;

export interface FaceClientOptions extends FaceProgramOptions {
  delays?: RestartDelays;
  /**
   * Brings a gallery in step with what it should hold. `isFresh`: it belongs to a process that has just started, and
   * is empty. Called again some time after it has failed. Default: the gallery stays empty.
   */
  follow?: (gallery: GalleryService, isFresh: boolean) => Promise<void>;
}

/** `idle` until the first use, `filling` while the gallery is not whole. */
export type FaceState = 'idle' | 'filling' | ServiceState;

/** The face process, started on first use. */
export interface FaceClient {
  /**
   * The first call starts the process and waits for it. Calls reject with FACE_UNAVAILABLE while it is down, and
   * searches while the gallery is not in step.
   */
  readonly service: Omit<FaceService, keyof GalleryService>;
  readonly state: FaceState;
  /** Why the process is down, or the gallery is not whole. */
  readonly error: AccessError | undefined;
  /** Id of the present process. */
  readonly pid: number | undefined;
  /** Brings the gallery in step, if there is a process; searches wait for it. Never rejects. */
  follow(): Promise<void>;
  onState(listener: (state: FaceState) => void): () => void;
  close(): Promise<void>;
}

export function openFaceClient(options: FaceClientOptions = {}): FaceClient {
  const host = new FaceHost(options);
  const { service } = host;
  return {
    service,
    follow: () => host.follow(),
    onState: (listener) => host.onState(listener),
    close: () => host.close(),
    get state() {
      return host.state;
    },
    get error() {
      return host.error;
    },
    get pid() {
      return host.pid;
    },
  };
}

class FaceHost {
  readonly service: FaceClient['service'];
  state: FaceState = 'idle';
  error: AccessError | undefined;
  readonly #options: FaceClientOptions;
  readonly #pictures = new Turns(MOST_WAITING);
  readonly #listeners = new Set<(state: FaceState) => void>();
  #supervisor: Supervisor<FaceMethod, never> | undefined;
  /** All steps of the gallery of the present process so far; rejected while it is not in step. */
  #gallery: Promise<void> = Promise.resolve();
  #refilling: NodeJS.Timeout | undefined;

  constructor(options: FaceClientOptions) {
    this.#options = options;
    this.service = {
      describe: (query) => this.#call('describe', query),
      analyse: (query) => this.#pictures.take(() => this.#call('analyse', query)),
      snapshot: (query) => this.#pictures.take(() => this.#call('snapshot', query)),
      identify: (query) => this.#search('identify', query),
      verify: (query) => this.#search('verify', query),
      calibrate: (query) => this.#search('calibrate', query),
    };
  }

  get pid(): number | undefined {
    return this.#supervisor?.pid;
  }

  onState(listener: (state: FaceState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async follow(): Promise<void> {
    if (this.#supervisor?.state !== 'up') return;
    this.#step(false);
    await this.#gallery.catch(() => undefined);
  }

  async close(): Promise<void> {
    clearTimeout(this.#refilling);
    await this.#supervisor?.close();
  }

  /** Starts the process if nobody has, and waits while it starts. */
  async #call<M extends FaceMethod>(
    method: M,
    query: Parameters<FaceService[M]>[0],
  ): Promise<Awaited<ReturnType<FaceService[M]>>> {
    const supervisor = this.#start();
    if (supervisor.state === 'starting') await supervisor.ready();
    return (await supervisor.call(method, query)) as Awaited<ReturnType<FaceService[M]>>;
  }

  async #search<M extends 'identify' | 'verify' | 'calibrate'>(
    method: M,
    query: Parameters<FaceService[M]>[0],
  ): Promise<Awaited<ReturnType<FaceService[M]>>> {
    const supervisor = this.#start();
    if (supervisor.state === 'starting') await supervisor.ready();
    await this.#gallery;
    return this.#call(method, query);
  }

  #start(): Supervisor<FaceMethod, never> {
    if (this.#supervisor !== undefined) return this.#supervisor;
    const { delays = DELAYS } = this.#options;
    const supervisor = new Supervisor<FaceMethod, never>(faceProgram(this.#options), {
      delays,
      onEvent: () => undefined,
      onUp: () => {
        this.#setState('filling');
        this.#gallery = Promise.resolve();
        this.#step(true);
      },
      onDown: (error) => {
        clearTimeout(this.#refilling);
        this.#setState('down', error);
      },
    });
    this.#supervisor = supervisor;
    this.#setState('starting');
    return supervisor;
  }

  /** One step after the other; searches wait for the last one. */
  #step(isFresh: boolean): void {
    const { pid } = this;
    const gallery: GalleryService = {
      put: (query) => this.#call('put', query),
      remove: (query) => this.#call('remove', query),
    };
    const before = this.#gallery.catch(() => undefined);
    const step = before.then(() => this.#options.follow?.(gallery, isFresh));
    this.#gallery = step.then(
      () => {
        if (pid === this.pid) this.#setState('up');
      },
      (reason: unknown) => {
        const error = toAccessError(reason);
        if (pid === this.pid) this.#stepLater(error);
        throw new AccessError('FACE_UNAVAILABLE', `The faces are not loaded: ${error.message}`);
      },
    );
    this.#gallery.catch(() => undefined); // told to whoever searches
  }

  #stepLater(error: AccessError): void {
    this.#setState('filling', error);
    clearTimeout(this.#refilling);
    this.#refilling = setTimeout(() => {
      this.#step(false);
    }, REFILL_AFTER).unref();
  }

  #setState(state: FaceState, error?: AccessError): void {
    if (state === this.state && error === this.error) return;
    this.state = state;
    this.error = error;
    for (const listener of [...this.#listeners]) listener(state);
  }
}
