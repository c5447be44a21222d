import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { percentile, round } from '../support/statistics.ts';

export interface Latency {
  'p50 ms': number;
  'p99 ms': number;
  'per second': number;
}

/** A client that owns its socket: sends lines, and pairs each answer line with the oldest open request. */
export class LineClient {
  readonly #socket: Socket;
  readonly #waiting: ((line: string) => void)[] = [];
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

  ask(line: string): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(line);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#waiting.shift()?.(line);
  }
}

/** Asks `count` times with `width` requests in flight. */
export async function closedLoop(
  client: LineClient,
  lines: readonly string[],
  count: number,
  width: number,
): Promise<Latency> {
  const samples = new Float64Array(count);
  let next = 0;
  const start = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const asked = performance.now();
      await client.ask(lines[index % lines.length] ?? '');
      samples[index] = performance.now() - asked;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return summary(samples, performance.now() - start);
}

/** Asks at a steady rate, whether the answers come or not: late answers count from their due time. */
export async function openLoop(
  client: LineClient,
  lines: readonly string[],
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
      client.ask(lines[index % lines.length] ?? '').then(() => {
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
