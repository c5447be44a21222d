import { Worker } from 'node:worker_threads';
import { AccessError } from '../../model/errors.ts';
import { createLimiter } from '../limiter.ts';
import { fromMessage } from '../store/protocol.ts';
import { siblingModule } from '../store/sibling.ts';
import type { ReportReply, ReportRequest, Reports } from './protocol.ts';

/** Longest time for a report, in milliseconds. */
const TIME_LIMIT = 60_000;
/** More reports than this do not wait. */
const MOST_WAITING = 50;
/** A page of a report takes a few megabytes. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

/** Who waits for the report that is being made. */
interface Asking {
  resolve: (value: unknown) => void;
  reject: (error: AccessError) => void;
  timer: NodeJS.Timeout;
}

/**
 * Runs reports one after the other in a thread with a connection of its own that only reads, so that neither
 * decisions nor the writer wait for them. The thread starts with the first report, and anew after it has died.
 */
export class ReportThread {
  readonly #file: string;
  readonly #timeLimit: number;
  readonly #inTurn = createLimiter(1);
  #worker: Worker | undefined;
  #asking: Asking | undefined;
  #waiting = 0;
  #closed = false;

  /** `file` is the path of the database. */
  constructor(file: string, timeLimit = TIME_LIMIT) {
    this.#file = file;
    this.#timeLimit = timeLimit;
  }

  /**
   * Resolves with the report. Rejects with what the report says, BUSY if too many wait or it takes too long,
   * INTERNAL if the thread died.
   */
  async run<R extends keyof Reports>(
    report: R,
    ...args: Parameters<Reports[R]>
  ): Promise<ReturnType<Reports[R]>> {
    if (this.#waiting >= MOST_WAITING) throw new AccessError('BUSY', 'too many reports wait');
    this.#waiting += 1;
    try {
      const value = await this.#inTurn(() => this.#ask({ report, args } as ReportRequest));
      return value as ReturnType<Reports[R]>;
    } finally {
      this.#waiting -= 1;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #ask(request: ReportRequest): Promise<unknown> {
    if (this.#closed) throw new AccessError('ENGINE_UNAVAILABLE', 'the engine is closed');
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const message = `the report took more than ${this.#timeLimit / 1000} s; ask for less`;
        this.#give({ error: { code: 'BUSY', message } });
        this.#lose(worker);
        void worker.terminate();
      }, this.#timeLimit);
      this.#asking = { resolve, reject, timer };
      worker.postMessage(request);
    });
  }

  #give(reply: ReportReply): void {
    const asking = this.#asking;
    if (asking === undefined) return;
    this.#asking = undefined;
    clearTimeout(asking.timer);
    if ('error' in reply) asking.reject(fromMessage(reply.error));
    else asking.resolve(reply.value);
  }

  /** The next report starts another thread. */
  #lose(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
  }

  #start(): Worker {
    const worker = new Worker(siblingModule(import.meta.url, 'report-worker'), {
      workerData: this.#file,
      resourceLimits: LIMITS,
    });
    const died = (message: string): void => {
      if (this.#worker !== worker) return;
      this.#lose(worker);
      this.#give({ error: { code: 'INTERNAL', message } });
    };
    worker.on('message', (reply: ReportReply) => {
      this.#give(reply);
    });
    worker.on('error', (error) => {
      died(`the report failed: ${String(error)}`);
    });
    worker.on('exit', () => {
      died('the thread of the reports has ended');
    });
    worker.unref();
    return worker;
  }
}
