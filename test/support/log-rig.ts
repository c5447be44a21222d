import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import type { CollectedRecord } from '../../lib/engine/collected/collected.ts';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { GatewayEnd } from '../../lib/link/ends/gateway-end.ts';
import { STREAMS } from '../../lib/model/record.ts';
import { TestClock } from './clock.ts';
import { openSampleEngine, reopenEngine } from './engine.ts';
import { makeFolder, removeFolder } from './folder.ts';
import { linkPair, type LinkPair } from './link-pair.ts';
import { collectFrom, collectedRecords, uploadOver, type UploadPart } from './log-link.ts';
import { allRecords } from './records.ts';
import { ANNA_CARD, attemptAt, card } from './sample-site.ts';

type Line = Pick<CollectedRecord, 'stream' | 'seq' | 'id' | 'hash' | 'body'>;

/** A gateway with the sample site and a server, each with an engine and a folder, on a link through memory. */
export class LogRig {
  readonly clock = new TestClock();
  readonly pair: LinkPair = linkPair();
  readonly #folders: string[] = [];
  gatewayFolder = this.#folder();
  serverFolder = this.#folder();
  #gateway: EngineService | undefined;
  #server: EngineService | undefined;
  #upload: UploadPart | undefined;
  #stopCollecting: (() => void) | undefined;

  async open(): Promise<void> {
    this.#gateway = await openSampleEngine(this.gatewayFolder, this.clock);
    this.#server = await reopenEngine(this.serverFolder, this.clock);
  }

  get gateway(): EngineService {
    return this.#gateway ?? assert.fail('no gateway');
  }

  get server(): EngineService {
    return this.#server ?? assert.fail('no server');
  }

  get end(): GatewayEnd {
    return this.pair.gateways[0] ?? assert.fail('no end');
  }

  collect(onRecords?: (records: CollectedRecord[]) => void): void {
    this.#stopCollecting?.();
    this.#stopCollecting = collectFrom(this.pair.server, this.server, onRecords);
  }

  async upload(): Promise<UploadPart> {
    this.#upload?.close();
    this.#upload = await uploadOver(this.end, this.gateway);
    return this.#upload;
  }

  /** Everything that the gateway has is acknowledged. */
  async drained(): Promise<void> {
    await (this.#upload ?? (await this.upload())).drained();
  }

  async pass(times = 1): Promise<void> {
    const one = () => this.gateway.decide(attemptAt(this.clock.now(), 'front', card(ANNA_CARD)));
    await Promise.all(Array.from({ length: times }, one));
  }

  /** A copy of a data folder, made while its engine is closed. */
  copyOf(folder: string): string {
    const copy = this.#folder();
    cpSync(folder, copy, { recursive: true });
    return copy;
  }

  async stopGateway(): Promise<void> {
    this.#upload?.close();
    this.#upload = undefined;
    await this.gateway.close();
    this.#gateway = undefined;
  }

  async startGateway(folder = this.gatewayFolder): Promise<void> {
    this.gatewayFolder = folder;
    this.#gateway = await reopenEngine(folder, this.clock);
  }

  async stopServer(): Promise<void> {
    this.#stopCollecting?.();
    await this.server.close();
    this.#server = undefined;
  }

  async startServer(folder = this.serverFolder): Promise<void> {
    this.serverFolder = folder;
    this.#server = await reopenEngine(folder, this.clock);
    this.collect();
  }

  /** What the gateway holds, one line for each record. */
  async held(): Promise<string[]> {
    const streams = await Promise.all(STREAMS.map((stream) => allRecords(this.gateway, stream)));
    return linesOf(streams.flat());
  }

  /** What the server holds. */
  async collected(): Promise<string[]> {
    return linesOf(await collectedRecords(this.server));
  }

  async close(): Promise<void> {
    this.#upload?.close();
    this.#stopCollecting?.();
    this.pair.close();
    await Promise.all([this.#gateway?.close(), this.#server?.close()]);
    this.#folders.forEach(removeFolder);
  }

  #folder(): string {
    const folder = makeFolder();
    this.#folders.push(folder);
    return folder;
  }
}

function linesOf(records: readonly Line[]): string[] {
  return records
    .map(({ stream, seq, id, hash, body }) => {
      return `${stream} ${seq} ${id} ${hash} ${JSON.stringify(body)}`;
    })
    .sort();
}

/** The lines that stand in the one list and not in the other. */
export function without(lines: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}
