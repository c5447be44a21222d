import type {
  DriverListener,
  RelayDriver,
  WriteOptions,
} from '../../../lib/devices/relay/driver.ts';
import { AccessError } from '../../../lib/model/errors.ts';
import type { FakeTime } from '../fake-time.ts';

/** `dead`: nothing happens and no answer comes; `deaf`: it acts, but the answer is lost. */
export type Behaviour = 'good' | 'dead' | 'deaf';

export interface Call {
  what: 'on' | 'off';
  at: number;
  pulse?: number;
}

/** Milliseconds until a missing answer is noticed. */
export const LIMIT = 400;

/** An output in memory: it obeys after `latency`, or misbehaves as told. */
export class FakeDriver implements RelayDriver {
  readonly calls: Call[] = [];
  readonly edges: { on: boolean; at: number }[] = [];
  readable = true;
  behaviour: Behaviour = 'good';
  latency = 1;
  /** What the output is pinned to. */
  stuck: boolean | undefined;
  closed = false;
  readonly #time: FakeTime;
  readonly #listeners = new Set<DriverListener>();
  #on = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(time: FakeTime) {
    this.#time = time;
  }

  get on(): boolean {
    return this.stuck ?? this.#on;
  }

  /** How often it was switched on. */
  get pulses(): number {
    return this.edges.filter(({ on }) => on).length;
  }

  /** Switches it without the controller, as another master on the same board would. */
  force(on: boolean): void {
    const before = this.on;
    this.#on = on;
    if (this.on !== before) this.edges.push({ on, at: this.#time.monotonic() });
  }

  tell(what: 'ready' | 'lost'): void {
    for (const listener of this.#listeners) listener[what]();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  switchOn({ guard, pulse }: WriteOptions): Promise<void> {
    return this.#turn(async () => {
      guard();
      await this.#pass(this.latency);
      guard();
      this.#note('on', pulse);
      await this.#act(true);
    });
  }

  switchOff(): Promise<void> {
    return this.#turn(async () => {
      this.#note('off');
      await this.#act(false);
    });
  }

  read(): Promise<boolean> {
    return this.#turn(async () => {
      if (this.behaviour !== 'good') await this.#fail();
      await this.#pass(this.latency);
      return this.on;
    });
  }

  subscribe(listener: DriverListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  #note(what: 'on' | 'off', pulse?: number): void {
    const at = this.#time.monotonic();
    this.calls.push({ what, at, ...(pulse === undefined ? {} : { pulse }) });
  }

  /** One after the other, as on a wire. */
  #turn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #act(on: boolean): Promise<void> {
    const { behaviour } = this;
    if (behaviour === 'dead') await this.#fail();
    await this.#pass(this.latency);
    this.force(on);
    if (behaviour === 'deaf') await this.#fail();
  }

  async #fail(): Promise<never> {
    await this.#pass(LIMIT);
    throw new AccessError('OUTPUT_TIMEOUT', 'no answer');
  }

  #pass(time: number): Promise<void> {
    return new Promise((resolve) => {
      this.#time.after(time, resolve);
    });
  }
}
