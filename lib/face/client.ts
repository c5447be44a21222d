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

export interface FaceClientOptions extends FaceProgramOptions {
  delays?: RestartDelays;
  /** Puts all templates into the empty gallery of a process that has just started. */
  fill?: (service: Pick<FaceService, 'describe' | 'put'>) => Promise<void>;
}

/** `idle` until the first use, `filling` while the gallery is not whole. */
export type FaceState = 'idle' | 'filling' | ServiceState;

/** The face process, started on first use. */
export interface FaceClient {
  /**
   * The first picture starts the process and waits for it. Calls reject with FACE_UNAVAILABLE while it is down. Nobody
   * is searched for before the gallery is whole. Changes of the gallery come after its filling; without a process
   * there is nothing to change, for the next one reads all templates anew.
   */
  readonly service: FaceService;
  readonly state: FaceState;
  /** Why the process is down, or the gallery is not whole. */
  readonly error: AccessError | undefined;
  /** Id of the present process. */
  readonly pid: number | undefined;
  onState(listener: (state: FaceState) => void): () => void;
  close(): Promise<void>;
}

export function openFaceClient(options: FaceClientOptions = {}): FaceClient {
  const host = new FaceHost(options);
  const { service } = host;
  return {
    service,
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
  readonly service: FaceService;
  state: FaceState = 'idle';
  error: AccessError | undefined;
  readonly #options: FaceClientOptions;
  readonly #pictures = new Turns(MOST_WAITING);
  readonly #listeners = new Set<(state: FaceState) => void>();
  #supervisor: Supervisor<FaceMethod, never> | undefined;
  /** Everything that was put into the gallery of the present process so far. */
  #gallery: Promise<unknown> = Promise.resolve();
  #refilling: NodeJS.Timeout | undefined;

  constructor(options: FaceClientOptions) {
    this.#options = options;
    this.service = {
      describe: (query) => this.#call('describe', query),
      analyse: (query) => this.#pictures.take(() => this.#call('analyse', query)),
      identify: (query) => this.#search('identify', query),
      verify: (query) => this.#search('verify', query),
      put: (query) => this.#change('put', query, { refused: [] }),
      remove: (query) => this.#change('remove', query, { size: 0 }),
    };
  }

  get pid(): number | undefined {
    return this.#supervisor?.pid;
  }

  onState(listener: (state: FaceState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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

  async #search<M extends 'identify' | 'verify'>(
    method: M,
    query: Parameters<FaceService[M]>[0],
  ): Promise<Awaited<ReturnType<FaceService[M]>>> {
    const supervisor = this.#start();
    if (supervisor.state === 'starting') await supervisor.ready();
    await this.#gallery;
    return this.#call(method, query);
  }

  #change<M extends 'put' | 'remove'>(
    method: M,
    query: Parameters<FaceService[M]>[0],
    nothing: Awaited<ReturnType<FaceService[M]>>,
  ): Promise<Awaited<ReturnType<FaceService[M]>>> {
    if (this.#supervisor?.state !== 'up') return Promise.resolve(nothing);
    const change = this.#gallery.then(() => this.#call(method, query));
    this.#gallery = change.catch(() => undefined); // the caller is told
    return change;
  }

  #start(): Supervisor<FaceMethod, never> {
    if (this.#supervisor !== undefined) return this.#supervisor;
    const { delays = DELAYS } = this.#options;
    const supervisor = new Supervisor<FaceMethod, never>(faceProgram(this.#options), {
      delays,
      onEvent: () => undefined,
      onUp: () => {
        this.#fill();
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

  /** Searches fail until this has succeeded. */
  #fill(): void {
    const pid = this.pid;
    this.#setState('filling');
    this.#gallery = this.#readAll().then(
      () => {
        if (pid === this.pid) this.#setState('up');
      },
      (reason: unknown) => {
        const error = toAccessError(reason);
        if (pid === this.pid) this.#refillLater(error);
        throw new AccessError('FACE_UNAVAILABLE', `The faces are not loaded: ${error.message}`);
      },
    );
    this.#gallery.catch(() => undefined); // told to whoever searches
  }

  async #readAll(): Promise<void> {
    await this.#call('remove', {});
    await this.#options.fill?.({
      describe: (query) => this.#call('describe', query),
      put: (query) => this.#call('put', query),
    });
  }

  #refillLater(error: AccessError): void {
    this.#setState('filling', error);
    this.#refilling = setTimeout(() => {
      this.#fill();
    }, REFILL_AFTER).unref();
  }

  #setState(state: FaceState, error?: AccessError): void {
    if (state === this.state && error === this.error) return;
    this.state = state;
    this.error = error;
    for (const listener of [...this.#listeners]) listener(state);
  }
}
