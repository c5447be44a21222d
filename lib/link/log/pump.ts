/** After an error, in milliseconds. */
const RETRY = 1000;

/** Does the same work again and again: whenever it is asked to, never twice at a time, and after what it wishes itself. */
export class Pump {
  readonly #work: () => Promise<number | undefined>;
  readonly #onError: (error: unknown) => void;
  #isRunning = false;
  #again = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  /** `work` returns after how many milliseconds it has to be done again even if nobody asks. */
  constructor(work: () => Promise<number | undefined>, onError: (error: unknown) => void) {
    this.#work = work;
    this.#onError = onError;
  }

  run(): void {
    this.#again = true;
    this.#isStopped = false;
    if (!this.#isRunning) void this.#loop();
  }

  /** Forgets what was wished; `run` begins anew. */
  stop(): void {
    this.#again = false;
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #loop(): Promise<void> {
    this.#isRunning = true;
    while (this.#again) {
      this.#again = false;
      this.#runAfter(await this.#once());
    }
    this.#isRunning = false;
  }

  async #once(): Promise<number | undefined> {
    try {
      return await this.#work();
    } catch (error) {
      this.#onError(error);
      return RETRY;
    }
  }

  #runAfter(delay: number | undefined): void {
    clearTimeout(this.#timer);
    if (delay === undefined || this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.run();
    }, delay);
  }
}
