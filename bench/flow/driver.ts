import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { percentile, round } from '../support/statistics.ts';

/** What one run of the driver has measured. */
export interface Latency {
  'p50 ms': number;
  'p99 ms': number;
  'per second': number;
}

/** A flow that answers nothing for so long has failed. Milliseconds. */
const PATIENCE = 10_000;

interface Asked {
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * A reader that owns its socket: sends cards as lines, and pairs each answer, `OK` or `NO` and the card, with its card,
 * in whatever order the flow answers. Only `OK` is a success: a flow that is fast because it does something else counts
 * nothing.
 */
export class LineClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, Asked>();
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#take(chunk.toString('latin1'));
    });
  }

  static async connect(port: number): Promise<LineClient> {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new LineClient(socket);
  }

  /** Resolves when the flow has let the card in; a card is asked for once at a time. */
  ask(card: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(reject, PATIENCE, new Error(`${card} was not answered`));
      this.#waiting.set(card, {
        resolve: () => {
          clearTimeout(late);
          resolve();
        },
        reject,
      });
      this.#socket.write(`${card}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const [answer, card = ''] = line.split(' ');
      const asked = this.#waiting.get(card);
      this.#waiting.delete(card);
      if (answer === 'OK') asked?.resolve();
      else asked?.reject(new Error(`the flow answered "${line}"`));
    }
  }
}

/** Asks `count` times with `width` requests in flight, spread over the connections. */
export async function closedLoop(
  clients: readonly LineClient[],
  cards: Iterator<string, never>,
  count: number,
  width: number,
): Promise<Latency> {
  const samples = new Float64Array(count);
  let next = 0;
  const start = performance.now();
  const worker = async (client: LineClient): Promise<void> => {
    while (next < count) {
      const index = next++;
      const asked = performance.now();
      await client.ask(cards.next().value);
      samples[index] = performance.now() - asked;
    }
  };
  const workers = Array.from({ length: width }, (_, index) => clients[index % clients.length]);
  await Promise.all(workers.flatMap((client) => (client === undefined ? [] : [worker(client)])));
  return summary(samples, performance.now() - start);
}

/** Asks at a steady rate, whether the answers come or not: late answers count from their due time. */
export async function openLoop(
  client: LineClient,
  cards: Iterator<string, never>,
  rate: number,
  seconds: number,
): Promise<Latency> {
  const count = rate * seconds;
  const samples = new Float64Array(count);
  const start = performance.now();
  const answers: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    const due = start + (index * 1000) / rate;
    while (performance.now() < due) await pause(due - performance.now());
    answers.push(
      client.ask(cards.next().value).then(() => {
        samples[index] = performance.now() - due;
      }),
    );
  }
  await Promise.all(answers);
  return summary(samples, performance.now() - start);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds > 1.5) setTimeout(resolve, milliseconds - 1);
    else setImmediate(resolve);
  });
}

function summary(samples: Float64Array, elapsed: number): Latency {
  return {
    'p50 ms': round(percentile(samples, 0.5), 3),
    'p99 ms': round(percentile(samples, 0.99), 3),
    'per second': Math.round((samples.length / elapsed) * 1000),
  };
}
