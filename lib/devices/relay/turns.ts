interface Task {
  urgent: boolean;
  run: () => Promise<void>;
}

/** Runs tasks one after the other, in the order in which they come. */
export class Turns {
  readonly #ready: () => Promise<void>;
  #waiting: Task[] = [];
  #running = false;

  /** `ready` is awaited before each task. It must not reject. */
  constructor(ready: () => Promise<void>) {
    this.#ready = ready;
  }

  /** `urgent`: the task is started at once when there is no time left for the others. */
  run<T>(task: () => Promise<T>, urgent: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ urgent, run: () => task().then(resolve, reject) });
      if (!this.#running) void this.#run();
    });
  }

  /** Starts all urgent tasks that wait, without waiting for what runs. Resolves when they have ended. */
  async hurry(): Promise<void> {
    const urgent = this.#waiting.filter((task) => task.urgent);
    this.#waiting = this.#waiting.filter((task) => !task.urgent);
    await Promise.all(urgent.map((task) => task.run()));
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      await this.#ready();
      await this.#waiting.shift()?.run();
    }
    this.#running = false;
  }
}
