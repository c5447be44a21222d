import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type OpenedStore, type StoreOptions } from '../../../lib/engine/store/open.ts';
import type { NewRecord, StoreLimits } from '../../../lib/engine/store/store.ts';
import type { Clock } from '../../../lib/model/clock.ts';
import { uuidv7 } from '../../../lib/model/ids.ts';
import type { EventEntry, RecordBodies, Stream } from '../../../lib/model/record.ts';

/** The log key of all test stores. */
export const LOG_KEY = new Uint8Array(32).fill(7);

export const WIDE: StoreLimits = { ring: 100_000, quotaRecords: 1_000_000, quotaBytes: 2 ** 30 };

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  time = Date.UTC(2026, 5, 1, 12);
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.time;
  }
  uptime(): number {
    return this.time;
  }
}

/** Folders and stores of one test, all gone after it. */
export class StoreBench {
  readonly clock = new TestClock();
  /** Events that the stores have written about themselves. */
  readonly events: EventEntry[] = [];
  readonly #folders: string[] = [];
  readonly #opened: OpenedStore[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'gatewire-store-'));
    this.#folders.push(folder);
    return folder;
  }

  async open(folder = this.folder(), options: Partial<StoreOptions> = {}): Promise<OpenedStore> {
    const opened = await openStore({
      folder,
      keys: { logMac: LOG_KEY },
      limits: WIDE,
      clock: this.clock,
      listener: { event: (entry) => this.events.push(entry) },
      ...options,
    });
    this.#opened.push(opened);
    return opened;
  }

  get lastFolder(): string {
    return this.#folders.at(-1) ?? '';
  }

  async close(): Promise<void> {
    for (const { store } of this.#opened) await store.close();
  }

  async clear(): Promise<void> {
    await this.close();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** An access record of a refused stranger. */
export function accessRecord(text = '****89AB'): NewRecord<'access'> {
  const at = Date.UTC(2026, 5, 1, 12);
  const id = uuidv7(at);
  return {
    ...{ stream: 'access', id, at, clock: 'trusted' },
    body: {
      decision: {
        ...{ id, attempt: id, accessPoint: 'door', direction: 'in', outcome: 'unknown' },
        ...{ reasons: ['unknownCredential'], by: 'local', at, validUntil: at + 3000 },
      },
      credentials: [{ type: 'card', value: text, reader: 'reader' }],
    },
  };
}

const BODIES: { [S in Stream]: RecordBodies[S] } = {
  access: accessRecord().body,
  command: { id: 'c', output: 'o', action: 'pulse', state: 'done', at: 1, duration: 500 },
  passage: { id: 'p', direction: 'in', outcome: 'taken', confirmed: true, at: 1 },
  event: { category: 'device', code: 'test' },
};

/** Some record of a stream. */
export function recordOf(stream: Stream): NewRecord {
  return { stream, id: uuidv7(), at: 1, clock: 'trusted', body: BODIES[stream] };
}

export function eventRecord(code = 'test', details?: EventEntry['details']): NewRecord<'event'> {
  const at = Date.UTC(2026, 5, 1, 12);
  return {
    ...{ stream: 'event', id: uuidv7(at), at, clock: 'trusted' },
    body: { category: 'system', code, ...(details && { details }) },
  };
}
