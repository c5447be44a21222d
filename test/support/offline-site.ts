import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readKeys } from '../../lib/engine/keys.ts';
import { createEngine } from '../../lib/engine/service.ts';
import { ENTITY_KINDS, type Change } from '../../lib/model/entity.ts';
import { ROOT, type FlowNode } from './node-red.ts';

/** A user folder of Node-RED with the demo people in the database of the site "demo". */
export interface SiteFolder {
  userDir: string;
  /** The folder that the engine owns. */
  data: string;
  logKey: Uint8Array;
  remove(): Promise<void>;
}

/** Fills a new folder with the demo people, as the first `npm start` does. */
export async function demoFolder(): Promise<SiteFolder> {
  const userDir = await mkdtemp(path.join(tmpdir(), 'gatewire-site-'));
  const data = path.join(userDir, 'gatewire', 'demo');
  const engine = await createEngine({ folder: data });
  try {
    await engine.change({ changes: await demoChanges(), options: { author: 'test' } });
  } finally {
    await engine.close();
  }
  const { logMac } = readKeys({ folder: data });
  const remove = (): Promise<void> => rm(userDir, { recursive: true, force: true });
  return { userDir, data, logKey: logMac, remove };
}

async function demoChanges(): Promise<Change[]> {
  const file = path.join(ROOT, 'flows', 'demo', 'people.json');
  const people = JSON.parse(await readFile(file, 'utf8')) as Record<
    string,
    Record<string, unknown>[]
  >;
  return ENTITY_KINDS.flatMap((kind) =>
    (people[kind] ?? []).map((value) => ({ op: 'put' as const, kind, value })),
  );
}

export interface OfflinePlaces {
  /** Where the TCP reader connects. */
  readerPort: number;
  /** Where the relay board listens. */
  boardPort: number;
  serialPort: string;
}

/** The shipped offline flow, with the places of this test instead of those of the demo. */
export async function offlineFlow(places: OfflinePlaces): Promise<FlowNode[]> {
  const source = await readFile(path.join(ROOT, 'flows', 'offline.json'), 'utf8');
  return (JSON.parse(source) as FlowNode[]).map((node) => {
    if (node.type === 'tcp in') return { ...node, port: String(places.readerPort) };
    if (node.type === 'modbus-client') return { ...node, tcpPort: String(places.boardPort) };
    if (node.type === 'serial-port') return { ...node, serialport: places.serialPort };
    return node;
  });
}
