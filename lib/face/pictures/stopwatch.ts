/** Milliseconds that named stages of work take. */
export class Stopwatch {
  readonly timings: Record<string, number> = {};

  async time<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.timings[stage] = performance.now() - start;
    return result;
  }
}
