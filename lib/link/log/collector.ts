import { randomBytes } from 'node:crypto';
import type { CollectedRecord } from '../../engine/collected/collected.ts';
import type { Engine } from '../../engine/engine.ts';
import { parser } from '../../model/parse.ts';
import type { RecordBodies, Stream } from '../../model/record.ts';
import { Announcers } from './announcers.ts';
import { faultAlarm } from './faults.ts';
import {
  RecordsMessage,
  type Announcement,
  type Position,
  type Question,
  type RecordBatch,
  type Stored,
} from './records.ts';

export interface CollectorParts {
  engine: Pick<Engine, 'collectRecords' | 'collectAnnouncement' | 'collectedLogs' | 'recordEvent'>;
  /** Told of records that were not here before, after their commit. */
  onRecords: (records: CollectedRecord[]) => void;
}

const messages = parser(RecordsMessage);

/** Takes the logs of many gateways and acknowledges what is committed here, and nothing else (N4). */
export class Collector {
  readonly #parts: CollectorParts;
  /** Says to the gateways that this is another run: they announce themselves again (F-28). */
  readonly #session = randomBytes(16).toString('base64url');
  readonly #announcers = new Announcers();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
  }

  /** What is sent to gateways that may be there already when the server starts. */
  get question(): Question {
    return { kind: 'question', session: this.#session };
  }

  /** All gateways that have ever sent records. */
  async gateways(): Promise<string[]> {
    const logs = await this.#parts.engine.collectedLogs({});
    return [...new Set(logs.map(({ gateway }) => gateway))];
  }

  /**
   * Takes a message of a gateway and resolves with the answer when everything that it says is committed. Throws
   * INPUT_INVALID for a message that is not one; rejects with what the engine says.
   */
  async take(gateway: string, content: unknown): Promise<Stored | Position> {
    const message = messages.parse(content, 'message');
    return message.kind === 'batch'
      ? this.#store(gateway, message)
      : this.#compare(gateway, message);
  }

  async #store(gateway: string, batch: RecordBatch): Promise<Stored> {
    const { received, fresh, faults } = await this.#parts.engine.collectRecords({ gateway, batch });
    const records = fresh.map((seq) => recordOf(gateway, batch, seq, received));
    if (records.length > 0) this.#parts.onRecords(records);
    const { stream, id, from } = batch;
    const to = from + batch.records.length - 1;
    const hash = batch.records.at(-1)?.hash ?? '';
    const range = { stream, id, from, to, hash };
    return { kind: 'stored', session: this.#session, ...range, faults: faults.slice(0, 64) };
  }

  async #compare(gateway: string, announcement: Announcement): Promise<Position> {
    const { instance, number, streams } = announcement;
    const found = await this.#parts.engine.collectAnnouncement({ gateway, streams });
    const faults = [...found.faults];
    if (this.#announcers.isCloned(gateway, announcement)) {
      faults.push({ kind: 'cloned' });
      await this.#parts.engine.recordEvent(faultAlarm({ kind: 'cloned' }, gateway));
    }
    return {
      ...{ kind: 'position', session: this.#session, instance, number, streams: found.streams },
      faults: faults.slice(0, 64),
    };
  }
}

function recordOf(
  gateway: string,
  { stream, id: streamId, from, records }: RecordBatch,
  seq: number,
  received: number,
): CollectedRecord {
  const record = records[seq - from];
  if (record === undefined) throw new RangeError(`record ${seq} is not in its batch`);
  const body = record.body as unknown as RecordBodies[Stream];
  return { gateway, stream, streamId, seq, ...record, body, received };
}
