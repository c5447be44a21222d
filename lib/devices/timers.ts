/** Runs things later, on the monotonic clock. Injected beside the Clock, so that tests can move time. */
export interface Timers {
  /** Calls `run` once after `delay` milliseconds. The returned function cancels it, and may be called late. */
  after(delay: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  after(delay, run) {
    const timer = setTimeout(run, delay);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves when the work has ended, well or not, and after `limit` milliseconds at the latest. */
export function endOf(work: Promise<unknown>, limit: number, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    const cancel = timers.after(limit, resolve);
    const end = (): void => {
      cancel();
      resolve();
    };
    work.then(end, end);
  });
}
