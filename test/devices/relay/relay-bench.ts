import type { RelayCommand, RelayResult } from '../../../lib/devices/relay/command.ts';
import { RelayController } from '../../../lib/devices/relay/controller.ts';
import type { RelayStatus } from '../../../lib/devices/relay/output.ts';
import { CountedTimers, FakeTime } from '../fake-time.ts';
import { FakeDriver } from './fake-driver.ts';

export const PULSE = { action: 'pulse', duration: 3000, life: 3000 } as const;
export const ON = { action: 'on', life: 3000 } as const;
export const OFF = { action: 'off', life: 0 } as const;

/** A relay controller on an output in memory, in a time that stands still. */
export class RelayBench {
  readonly time = new FakeTime();
  readonly timers = new CountedTimers(this.time);
  readonly driver = new FakeDriver(this.time);
  readonly statuses: RelayStatus[] = [];
  readonly relay = new RelayController({
    driver: this.driver,
    clock: this.time,
    timers: this.timers,
    random: () => 0.5,
    onStatus: (status) => this.statuses.push(status),
  });

  /** Starts, and forgets what was written for that. */
  async start(): Promise<void> {
    void this.relay.start();
    await this.time.advance(10);
    this.driver.calls.length = 0;
  }

  /** Gives a command and lets `wait` milliseconds pass. The result, if it has come by then. */
  async run(command: RelayCommand, wait = 10): Promise<RelayResult | undefined> {
    let result: RelayResult | undefined;
    void this.relay.execute(command).then((value) => {
      result = value;
    });
    await this.time.advance(wait);
    return result;
  }

  /** Stops. How many milliseconds it took, and how many timers were left at that moment. */
  async stop(): Promise<{ took: number; left: number }> {
    const begun = this.time.monotonic();
    let end = { took: Infinity, left: Infinity };
    void this.relay.stop().then(() => {
      end = { took: this.time.monotonic() - begun, left: this.timers.pending };
    });
    await this.time.advance(2000);
    return end;
  }

  /** Why the output cannot be relied on. */
  get fault(): string | undefined {
    return this.relay.status.error?.code;
  }

  /** What was written, in short. */
  get written(): string {
    return this.driver.calls.map(({ what }) => what).join(' ');
  }
}

/** `done`, or the code of the failure. */
export function codeOf(result: RelayResult | undefined): string | undefined {
  return result?.state === 'failed' ? result.code : result?.state;
}
