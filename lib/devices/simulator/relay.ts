import type { RelayDriver, WriteOptions } from '../relay/driver.ts';

/** An output in memory, for trying out a flow without a board (N18). */
export class SimulatedRelay implements RelayDriver {
  readonly readable = true;
  #on = false;

  switchOn({ guard }: WriteOptions): Promise<void> {
    return new Promise((resolve) => {
      guard();
      this.#on = true;
      resolve();
    });
  }

  switchOff(): Promise<void> {
    this.#on = false;
    return Promise.resolve();
  }

  read(): Promise<boolean> {
    return Promise.resolve(this.#on);
  }

  subscribe(): () => void {
    return () => undefined;
  }

  close(): Promise<void> {
    this.#on = false;
    return Promise.resolve();
  }
}
