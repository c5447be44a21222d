import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { takeAnnouncement } from '../../lib/engine/collected/announced.ts';
import { collect } from '../../lib/engine/collected/collect.ts';
import type { CollectRequest } from '../../lib/engine/collected/collected.ts';
import { COLLECTED_TABLES } from '../../lib/engine/collected/schema.ts';
import type { Engine, EngineEvents } from '../../lib/engine/engine.ts';
import type { OutgoingRecord, OutgoingStream } from '../../lib/engine/outgoing/outgoing.ts';
import { GENESIS, recordHash } from '../../lib/engine/store/chain.ts';
import { canonicalJson } from '../../lib/engine/store/canonical.ts';
import { Collector } from '../../lib/link/log/collector.ts';
import { Uploader } from '../../lib/link/log/uploader.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { createEmitter } from '../../lib/model/emitter.ts';
import { STREAMS, type EventEntry, type RecordRef } from '../../lib/model/record.ts';

const ID = '7b1f8c1e-0000-4000-8000-000000000001';
const OPTIONS = { batch: 4, window: 2, patience: 3, longest: 12, announceEvery: 10 };

/** The log of a gateway in memory: one stream that grows. */
class GatewayLog {
  readonly records: OutgoingRecord[] = [];
  readonly alarms: string[] = [];
  readonly #events = createEmitter<EngineEvents>();
  readonly on: Engine['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #onAcknowledged: (seq: number) => void;
  acknowledged = 0;

  constructor(onAcknowledged: (seq: number) => void) {
    this.#onAcknowledged = onAcknowledged;
  }

  append(): void {
    const seq = this.records.length + 1;
    const record = { id: `r${seq}`, at: seq, clock: 'trusted' as const };
    const body = { n: seq };
    const raw = { ...record, body: canonicalJson(body) };
    this.records.push({ ...record, body, hash: recordHash(ID, seq, raw, this.#hash(seq - 1)) });
    this.#events.emit('recorded', { access: seq, command: 0, passage: 0, event: 0 });
  }

  outgoingStreams = (): Promise<OutgoingStream[]> => {
    const { length: last } = this.records;
    const { acknowledged } = this;
    return Promise.resolve(
      STREAMS.map((stream) => ({
        ...{ stream, identities: [{ since: 1, id: ID }], first: 1 },
        ...(stream === 'access'
          ? { last, head: this.#hash(last), acknowledged }
          : { last: 0, head: GENESIS, acknowledged: 0 }),
      })),
    );
  };

  outgoingBatch: Engine['outgoingBatch'] = ({ stream, from, to }) =>
    Promise.resolve({
      ...{ stream, id: ID, from, previous: this.#hash(from - 1) },
      records: this.records.slice(from - 1, to),
    });

  acknowledge: Engine['acknowledge'] = ({ seq }) => {
    this.#onAcknowledged(seq);
    this.acknowledged = Math.max(seq, this.acknowledged);
    return Promise.resolve();
  };

  renewIdentity = (): Promise<void> => Promise.reject(new Error('nothing was restored here'));

  recordEvent = (event: EventEntry): Promise<RecordRef> => {
    this.alarms.push(event.code);
    return Promise.resolve({ stream: 'event', seq: 1, id: 'e' });
  };

  #hash(seq: number): string {
    return this.records[seq - 1]?.hash ?? GENESIS;
  }
}

/** The tables of a server in memory, and all that was ever committed to them, for a backup. */
class ServerLog {
  #db = fresh();
  readonly batches: CollectRequest[] = [];

  collectRecords: Engine['collectRecords'] = (request) => {
    this.batches.push(request);
    return Promise.resolve(collect(this.#db, request, 1));
  };

  collectAnnouncement: Engine['collectAnnouncement'] = (request) =>
    Promise.resolve(takeAnnouncement(this.#db, request));

  collectedLogs: Engine['collectedLogs'] = () => Promise.resolve([]);
  recordEvent = (): Promise<RecordRef> => Promise.resolve({ stream: 'event', seq: 1, id: 'e' });

  /** Comes back from a backup that has only the older half of it. */
  restore(): void {
    this.#db.close();
    this.#db = fresh();
    this.batches.splice(Math.floor(this.batches.length / 2));
    for (const request of this.batches) collect(this.#db, request, 1);
  }

  get hashes(): string[] {
    const rows = this.#db.prepare('SELECT hash FROM collected_record ORDER BY seq').all();
    return rows.map(({ hash }) => String(hash));
  }

  close(): void {
    this.#db.close();
  }
}

function fresh(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(COLLECTED_TABLES);
  return db;
}

/** A gateway and a server with a network between them that does whatever it is told to. */
class World {
  readonly server = new ServerLog();
  /** Everything that was ever stored: what the gateway may count as acknowledged. */
  readonly #everStored = new Set<number>();
  readonly gateway = new GatewayLog((seq) => {
    for (let n = 1; n <= seq; n += 1) assert.ok(this.#everStored.has(n), `${n} was not stored`);
  });
  #up: unknown[] = [];
  #down: unknown[] = [];
  /** Messages that came through some time ago. */
  readonly #old: unknown[] = [];
  #uploader = this.#newUploader();
  #collector = this.#newCollector();

  append(): void {
    this.gateway.append();
  }

  reconnect(): void {
    this.#up = [];
    this.#down = [];
    this.#uploader.disconnect();
    this.#uploader.connect();
  }

  restartGateway(): void {
    this.#uploader.close();
    this.#uploader = this.#newUploader();
    this.#uploader.connect();
  }

  restartServer(): void {
    this.#collector = this.#newCollector();
    this.#down.push(this.#collector.question);
  }

  restoreServer(): void {
    this.server.restore();
    this.restartServer();
  }

  /** Messages arrive; `place` says which one of those that wait. */
  async deliver(place: number): Promise<void> {
    const [up] = this.#up.splice(place % Math.max(1, this.#up.length), 1);
    if (up !== undefined) await this.#arriveAtServer(up);
    const [down] = this.#down.splice(place % Math.max(1, this.#down.length), 1);
    if (down !== undefined) await this.#arriveAtGateway(down);
  }

  lose(): void {
    this.#up.shift();
    this.#down.pop();
  }

  async repeat(place: number): Promise<void> {
    const old = this.#old[place % Math.max(1, this.#old.length)];
    if (old !== undefined) await this.#arriveAtGateway(old);
    const [up] = this.#up;
    if (up !== undefined) await this.#arriveAtServer(up);
  }

  /** A server says that it has what nobody has sent, or other records than these. */
  async lie(place: number): Promise<void> {
    const stored = this.#old.find((message) => (message as { kind: string }).kind === 'stored');
    const lie = { ...(stored as object), from: 1, to: place + 1, hash: '0'.repeat(64) };
    if (stored !== undefined) await this.#arriveAtGateway(lie);
  }

  /** From now on the network is a good one, until the server has everything and the gateway knows. */
  async settle(): Promise<void> {
    const { length } = this.gateway.records;
    while (this.gateway.acknowledged < length || this.server.hashes.length < length) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      while (this.#up.length + this.#down.length > 0) await this.deliver(0);
    }
  }

  close(): void {
    this.#uploader.close();
    this.server.close();
  }

  async #arriveAtServer(message: unknown): Promise<void> {
    const answer = await this.#collector.take('north', JSON.parse(JSON.stringify(message)));
    for (const { batch } of this.server.batches) {
      for (let n = 0; n < batch.records.length; n += 1) this.#everStored.add(batch.from + n);
    }
    this.#down.push(answer);
  }

  async #arriveAtGateway(message: unknown): Promise<void> {
    this.#old.push(message);
    await this.#uploader.receive(message);
  }

  #newUploader(): Uploader {
    return new Uploader({
      engine: this.gateway,
      clock: systemClock,
      options: OPTIONS,
      send: (message) => {
        this.#up.push(message);
        return Promise.resolve();
      },
      onChange: () => undefined,
      onError: (error) => {
        throw error;
      },
    });
  }

  #newCollector(): Collector {
    return new Collector({ engine: this.server, onRecords: () => undefined });
  }
}

describe('the log between any server and over any network', function () {
  this.timeout(60_000);

  it('reaches the server to the last record, each once, and is never given up before', async () => {
    const place = fc.nat({ max: 30 });
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.record({ do: fc.constant('deliver' as const), place }) },
      { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), place }) },
      fc.record({ do: fc.constantFrom('lose', 'repeat', 'lie', 'reconnect', 'wait'), place }),
      fc.record({
        do: fc.constantFrom('restartGateway', 'restartServer', 'restoreServer'),
        place,
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(20), async (steps, backlog) => {
        const world = new World();
        for (let n = 0; n < backlog; n += 1) world.append();
        world.reconnect();
        try {
          for (const { do: name, place: number } of steps) {
            if (name === 'wait') await new Promise((resolve) => setTimeout(resolve, 1));
            else await world[name](number);
            await new Promise((resolve) => setImmediate(resolve));
          }
          world.append();
          await world.settle();
          const sent = world.gateway.records.map(({ hash }) => hash);
          assert.deepEqual(world.server.hashes, sent);
        } finally {
          world.close();
        }
      }),
      { numRuns: 300 },
    );
  });
});
