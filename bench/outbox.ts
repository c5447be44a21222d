import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { connectAsync } from 'mqtt';
import { openEngineClient, type EngineClient } from '../lib/engine/client.ts';
import { openMosquitto } from '../test/support/mosquitto.ts';
import { openLogLine } from '../test/support/log-processes.ts';
import { percentile, printTable, round } from './support/statistics.ts';

/** Records of the backlog: `node bench/outbox.ts 100000` is a day without a server (G4). */
const BACKLOG = Number(process.argv[2] ?? 20_000);
/** Milliseconds between two live records during the drain. */
const LIVE_EVERY = 50;
const APPENDED_AT_ONCE = 500;
const BATCH = 100;

const folders: string[] = [];

function newEngine(): EngineClient {
  const folder = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
  folders.push(folder);
  return openEngineClient({ folder, env: { GATEWIRE_MASTER_KEY: '07'.repeat(32) } });
}

/** A record of the usual size. */
function entry(n: number) {
  const details = { n, reader: 'front', text: 'x'.repeat(300) };
  return { category: 'device', code: 'benchmark', details } as const;
}

async function fill(gateway: EngineClient): Promise<void> {
  for (let n = 0; n < BACKLOG; n += APPENDED_AT_ONCE) {
    const length = Math.min(APPENDED_AT_ONCE, BACKLOG - n);
    await Promise.all(
      Array.from({ length }, (_, index) => gateway.engine.recordEvent(entry(n + index))),
    );
  }
}

/** The backlog drained to a server's engine that commits, with live records between. */
async function drain(url: string): Promise<{ rate: number; live: Float64Array }> {
  const [gateway, server] = [newEngine(), newEngine()];
  await Promise.all([gateway.ready(), server.ready()]);
  await fill(gateway);
  const sentAt = new Map<number, number>();
  const live: number[] = [];
  const line = await openLogLine({
    ...{ url, gateway, server },
    onRecords: (records) => {
      for (const { body } of records) {
        const { n } = (body as { details?: { n?: number } }).details ?? {};
        const at = sentAt.get(n ?? -1);
        if (at !== undefined) live.push(performance.now() - at);
      }
    },
  });
  const { uploader } = line.upload;
  while (uploader.phase !== 'uploading') await new Promise((resolve) => setTimeout(resolve, 1));
  const began = performance.now();
  let n = BACKLOG;
  const timer = setInterval(() => {
    n += 1;
    sentAt.set(n, performance.now());
    void gateway.engine.recordEvent(entry(n));
  }, LIVE_EVERY);
  while (uploader.length > APPENDED_AT_ONCE) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - began) / 1000;
  clearInterval(timer);
  await line.upload.drained();
  await line.close();
  await Promise.all([gateway.close(), server.close()]);
  return { rate: BACKLOG / seconds, live: Float64Array.from(live) };
}

/** The same rows as plain JSON over the same broker into plain node:sqlite, WAL and FULL: no checks, no answers. */
async function floor(url: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
  folders.push(folder);
  const db = new DatabaseSync(join(folder, 'plain.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec('CREATE TABLE row (n INTEGER PRIMARY KEY, body TEXT)');
  const insert = db.prepare('INSERT OR IGNORE INTO row VALUES (?, ?)');
  const [sender, receiver] = await Promise.all([connectAsync(url), connectAsync(url)]);
  await receiver.subscribeAsync('rows', { qos: 1 });
  let stored = 0;
  const complete = new Promise<void>((resolve) => {
    receiver.on('message', (_topic, payload) => {
      const rows = JSON.parse(payload.toString()) as ReturnType<typeof entry>[];
      db.exec('BEGIN');
      for (const row of rows) insert.run(row.details.n, JSON.stringify(row));
      db.exec('COMMIT');
      stored += rows.length;
      if (stored >= BACKLOG) resolve();
    });
  });
  const began = performance.now();
  for (let n = 0; n < BACKLOG; n += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, index) => entry(n + index));
    await sender.publishAsync('rows', JSON.stringify(rows), { qos: 1 });
  }
  await complete;
  const seconds = (performance.now() - began) / 1000;
  await Promise.all([sender.endAsync(), receiver.endAsync()]);
  db.close();
  return BACKLOG / seconds;
}

const mosquitto = await openMosquitto();
const url = `mqtt://127.0.0.1:${String(mosquitto.port)}`;
try {
  const plain = await floor(url);
  const { rate, live } = await drain(url);
  printTable(`outbox: ${String(BACKLOG)} records drained over Mosquitto`, [
    {
      'records/s': round(rate, 0),
      'floor/s': round(plain, 0),
      'live p50 ms': round(percentile(live, 0.5), 1),
      'live p99 ms': round(percentile(live, 0.99), 1),
      'live max ms': round(percentile(live, 1), 1),
      'live records': live.length,
    },
  ]);
} finally {
  if (mosquitto.process.exitCode === null) {
    mosquitto.process.kill();
    await once(mosquitto.process, 'exit');
  }
  await mosquitto.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
