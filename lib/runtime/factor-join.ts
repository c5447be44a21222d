import type { ActiveLevel, Engine } from '../engine/engine.ts';
import type { AccessPoint } from '../model/access-point.ts';
import type { Attempt, PresentedCredential } from '../model/attempt.ts';
import type { CredentialType } from '../model/credential.ts';
import { uuidv7 } from '../model/ids.ts';
import { joining, type Joining } from '../policy/joining.ts';

/** Where the reader that saw the last credential wants to hear of the outcome. */
export interface JoinSink {
  /** The attempt is ready for a decision, or its time is over (`timedOut`). */
  complete(attempt: Attempt): void;
  /** More has to be presented before anything is decided. */
  waiting(what: Extract<Joining, { state: 'waiting' }>): void;
}

interface Pending {
  credentials: PresentedCredential[];
  sink: JoinSink;
  timer: NodeJS.Timeout;
}

/**
 * Joins what several readers of one access point see within the time limit into one attempt. The level in
 * force is asked of the engine and kept until it may change, so that a single card costs no extra call.
 */
export class FactorJoin {
  readonly #accessPoint: AccessPoint;
  readonly #engine: Engine;
  readonly #unsubscribe: () => void;
  #level: ActiveLevel | undefined;
  #pending: Pending | undefined;

  constructor(accessPoint: AccessPoint, engine: Engine) {
    this.#accessPoint = accessPoint;
    this.#engine = engine;
    this.#unsubscribe = engine.on('policy', () => {
      this.#level = undefined;
    });
  }

  /** Takes one credential. With a known level the sink is called before this returns. */
  async present(credential: PresentedCredential, sink: JoinSink): Promise<void> {
    const level = this.#known() ?? (await this.#ask());
    this.#join(level, credential, sink);
  }

  close(): void {
    this.#unsubscribe();
    if (this.#pending !== undefined) clearTimeout(this.#pending.timer);
    this.#pending = undefined;
  }

  #known(): ActiveLevel | undefined {
    return this.#level !== undefined && Date.now() < this.#level.until ? this.#level : undefined;
  }

  /** Without an answer nothing is joined: the decision that follows says why. */
  async #ask(): Promise<ActiveLevel | undefined> {
    try {
      this.#level = await this.#engine.activeLevel({ accessPoint: this.#accessPoint.id });
    } catch {
      this.#level = undefined;
    }
    return this.#level;
  }

  #join(level: ActiveLevel | undefined, credential: PresentedCredential, sink: JoinSink): void {
    const credentials = this.#take(level, credential);
    const result = level === undefined ? undefined : joining(level.level, types(credentials));
    if (result?.state !== 'waiting') {
      sink.complete(this.#attempt(credentials));
      return;
    }
    const timer = setTimeout(() => {
      this.#expire();
    }, this.#accessPoint.factorTimeout);
    this.#pending = { credentials, sink, timer };
    sink.waiting(result);
  }

  /** What belongs together. A second read of the same kind begins a new attempt, unless two are wanted. */
  #take(level: ActiveLevel | undefined, credential: PresentedCredential): PresentedCredential[] {
    const pending = this.#pending;
    if (pending === undefined) return [credential];
    const again = pending.credentials.some(({ type }) => type === credential.type);
    if (again && level?.level.persons !== 2) {
      this.#expire();
      return [credential];
    }
    clearTimeout(pending.timer);
    this.#pending = undefined;
    return [...pending.credentials, credential].slice(0, 4);
  }

  #expire(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    this.#pending = undefined;
    pending.sink.complete({ ...this.#attempt(pending.credentials), timedOut: true });
  }

  #attempt(credentials: PresentedCredential[]): Attempt {
    const at = Date.now();
    const { id, direction } = this.#accessPoint;
    return { id: uuidv7(at), at, accessPoint: id, direction, credentials };
  }
}

function types(credentials: readonly PresentedCredential[]): CredentialType[] {
  return credentials.map(({ type }) => type);
}
