import { setImmediate } from 'node:timers/promises';
import type { Batch, BatchItem } from '../../link/sync/batch.ts';
import type { Receipt } from '../../link/sync/receipt.ts';
import { AccessError, toAccessError, type ErrorCode } from '../../model/errors.ts';
import type { EventEntry } from '../../model/record.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { FaceSettings } from '../faces/settings.ts';
import type { Journal } from '../journal.ts';
import type { Mastership } from '../mastership/mastership.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import type { Secrets } from '../secrets.ts';
import type { MadeTemplate } from '../store/faces/photos.ts';
import type { PreparedChange, SideWrite, Store } from '../store/store.ts';
import { changeOf, type Around, type BatchChange } from './changes.ts';
import { openSiteKeys, type Exchange } from './exchange.ts';
import type { OwnFaces } from './own-faces.ts';
import { positionAfter, type SyncState } from './state.ts';

/** Decisions go on between two portions of a batch. */
const PORTION = 50;

export interface TakeoverParts {
  store: Store;
  secrets: Secrets;
  writer: PolicyWriter;
  journal: Journal;
  trust: ClockTrust;
  exchange: Exchange;
  state: SyncState;
  mastership: Mastership;
  faces: Pick<FaceSettings, 'model'>;
  ownFaces: OwnFaces;
}

type Failure = Receipt['failed'][number];

interface Prepared {
  ready: BatchChange[];
  failed: Failure[];
}

/** Takes over batches of the server (R-032, D8): each in one transaction, in order, and never an older one (I5). */
export class Takeover {
  readonly #parts: TakeoverParts;

  constructor(parts: TakeoverParts) {
    this.#parts = parts;
  }

  /** Resolves when it is committed, or refused. */
  take(batch: Batch): Promise<Receipt> {
    return this.#parts.writer.alone(async () => {
      const refused = this.#refusal(batch);
      if (refused !== undefined) return this.#refused(batch, refused);
      const { exchange, secrets, faces, ownFaces } = this.#parts;
      const channel = exchange.channel(batch.exchange, batch);
      const keys = openSiteKeys(channel, batch.keys);
      if (keys === undefined) return this.#refused(batch, 'unreadable');
      const made = await this.#made(batch);
      const around = { channel, secrets, model: faces.model, made };
      return this.#apply(batch, keys, await prepare(batch, around, ownFaces));
    });
  }

  /** What was made here of the photos of these faces. */
  async #made({ items }: Batch): Promise<Map<string, MadeTemplate>> {
    const credentials = items.flatMap((item) =>
      'put' in item && item.put === 'credential' && item.value.photo ? [item.value.id] : [],
    );
    if (credentials.length === 0) return new Map();
    const made = await this.#parts.store.faces('madeTemplates', { credentials });
    return new Map(made.map((one) => [one.id, one]));
  }

  #refusal({ number, after, version, move }: Batch): Receipt['refused'] {
    const { mastership, state } = this.#parts;
    const { position } = state;
    if (!mastership.takesBatch(move)) return 'localMaster';
    if (version < position.version) return 'oldVersion';
    if (number <= position.number) return 'oldNumber';
    return after > position.number ? 'gap' : undefined;
  }

  async #refused(batch: Batch, refused: NonNullable<Receipt['refused']>): Promise<Receipt> {
    const { journal, trust } = this.#parts;
    // Batches overtake each other on a bad line, but no version ever goes back by itself.
    if (refused === 'oldVersion' || refused === 'unreadable') {
      await journal.event(refusedEvent(batch, refused), trust.read());
    }
    return this.#receipt(batch, { refused });
  }

  async #apply(batch: Batch, keys: Uint8Array, { ready, failed }: Prepared): Promise<Receipt> {
    const { store, state, secrets, writer } = this.#parts;
    const ended = await store.sync('ended', {
      passes: putIds(batch, 'pass'),
      deals: putIds(batch, 'deal'),
    });
    const over = new Set(ended.map(({ kind, id }) => `${kind} ${id}`));
    const changes = ready.filter(
      ({ kind, id, change }) => change.op !== 'put' || !over.has(`${kind} ${id}`),
    );
    const isNew = !state.hasKeys(keys);
    const position = positionAfter(batch);
    const side: SideWrite[] = [
      ...changes.flatMap((item) => item.side),
      state.save(position),
      ...(isNew ? [state.saveKeys(keys)] : []),
    ];
    const outcome = await writer.writeSynced(
      changes.map(({ change }) => change),
      takenEvent(batch),
      side,
      () => {
        if (isNew) secrets.adoptSiteKeys(keys);
      },
    );
    state.position = position;
    const refusedItems = outcome.failed.flatMap(({ index, code, message }) => {
      const item = changes[index];
      return item === undefined || isGone(item.change, code) ? [] : [failure(item, code, message)];
    });
    return this.#receipt(batch, { failed: [...failed, ...refusedItems], ended });
  }

  #receipt({ number }: Batch, more: Partial<Receipt>): Receipt {
    const { position } = this.#parts.state;
    const { number: received, version } = position;
    return { kind: 'receipt', number, received, version, failed: [], ended: [], ...more };
  }
}

async function prepare({ items }: Batch, around: Around, ownFaces: OwnFaces): Promise<Prepared> {
  const prepared: Prepared = { ready: [], failed: [] };
  for (const [index, item] of items.entries()) {
    if (index % PORTION === PORTION - 1) await setImmediate();
    try {
      if (await isNoBusiness(item, ownFaces)) continue;
      prepared.ready.push(changeOf(item, around));
    } catch (error) {
      const { code, message } = toAccessError(error);
      const named =
        'drop' in item ? { kind: item.drop, id: item.id } : { kind: item.put, id: item.value.id };
      prepared.failed.push(failure(named, code, message));
    }
  }
  return prepared;
}

/** A face that is this gateway's own is there for no server: nothing has to go. Throws FORBIDDEN for one that comes. */
async function isNoBusiness(item: BatchItem, ownFaces: OwnFaces): Promise<boolean> {
  if ('drop' in item) return item.drop === 'credential' && ownFaces.has(item.id);
  if (item.put !== 'credential' || item.value.type !== 'face' || !ownFaces.areApart) return false;
  throw new AccessError('FORBIDDEN', 'templates of faces are not taken over here');
}

function putIds({ items }: Batch, kind: 'pass' | 'deal'): string[] {
  return items.flatMap((item) => ('put' in item && item.put === kind ? [item.value.id] : []));
}

/** What shall not be there, and is not, is as it shall be. */
function isGone(change: PreparedChange, code: ErrorCode): boolean {
  return code === 'NOT_FOUND' && (change.op === 'delete' || change.op === 'update');
}

function failure(
  { kind, id }: Pick<Failure, 'kind' | 'id'>,
  code: ErrorCode,
  message: string,
): Failure {
  return { kind, id, code, message: message.slice(0, 256) };
}

function takenEvent({ number, version, items }: Batch): EventEntry {
  const details = { batch: number, serverVersion: version, items: items.length };
  return { category: 'administration', code: 'batchTaken', author: 'server', details };
}

function refusedEvent({ number, version }: Batch, reason: string): EventEntry {
  const details = { batch: number, serverVersion: version, reason };
  return { category: 'alarm', code: 'batchRefused', details };
}
