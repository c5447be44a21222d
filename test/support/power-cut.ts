import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** One thing that a process did to the files of a folder, or wrote on its standard output. */
export type DiskEvent =
  | { kind: 'write'; file: string; offset: number; data: Buffer }
  | { kind: 'truncate'; file: string; size: number }
  | { kind: 'sync'; file: string }
  | { kind: 'create'; file: string }
  | { kind: 'unlink'; file: string }
  | { kind: 'output'; text: string };

/** Longest string that strace prints; nothing here writes more at once. */
const MAX_STRING = 70_000;
const SECTOR = 512;
const CALLS = 'openat,close,pwrite64,write,fsync,fdatasync,ftruncate,unlink';

export function straceInstalled(): boolean {
  return spawnSync('strace', ['-V']).status === 0;
}

/** Runs a command under strace and returns what it did to the files of `folder`, in order. */
export function traceDisk(command: readonly string[], folder: string): DiskEvent[] {
  const scratch = mkdtempSync(join(tmpdir(), 'gatewire-trace-'));
  const trace = join(scratch, 'trace');
  try {
    const options = ['-f', '-xx', '-s', String(MAX_STRING), '-e', `trace=${CALLS}`, '-o', trace];
    const { status, stderr } = spawnSync('strace', [...options, ...command], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the traced command has failed: ${stderr}`);
    return [...new TraceReader(folder).read(readFileSync(trace, 'latin1'))];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Makes events of the lines of strace; calls that others interrupt count when they end. */
class TraceReader {
  readonly #folder: string;
  readonly #files = new Map<number, string>();
  readonly #unfinished = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  *read(trace: string): Iterable<DiskEvent> {
    for (const line of trace.split('\n')) {
      const [, process = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
      const begun = /^(\w+\(.*) <unfinished \.\.\.>$/.exec(rest)?.[1];
      if (begun !== undefined) {
        this.#unfinished.set(process, begun);
        continue;
      }
      const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
      const call = resumed === undefined ? rest : `${this.#unfinished.get(process)}${resumed}`;
      const [, name = '', args = '', result] = /^(\w+)\((.*)\) += (-?\d+)/.exec(call) ?? [];
      if (Number(result) >= 0) yield* this.#event(name, args, Number(result));
    }
  }

  *#event(name: string, args: string, result: number): Iterable<DiskEvent> {
    if (name === 'openat') yield* this.#open(args, result);
    if (name === 'unlink') {
      const file = this.#inFolder(strings(args).toString());
      if (file !== undefined) yield { kind: 'unlink', file };
    }
    const descriptor = parseInt(args, 10);
    if (name === 'write' && descriptor === 1) {
      yield { kind: 'output', text: strings(args).toString() };
    }
    const file = this.#files.get(descriptor);
    if (name === 'close') this.#files.delete(descriptor);
    if (file !== undefined) yield* fileEvent(name, file, args);
  }

  *#open(args: string, descriptor: number): Iterable<DiskEvent> {
    const file = this.#inFolder(strings(args).toString());
    if (file === undefined) this.#files.delete(descriptor);
    else {
      this.#files.set(descriptor, file);
      if (args.includes('O_CREAT')) yield { kind: 'create', file };
    }
  }

  #inFolder(path: string): string | undefined {
    const file = relative(this.#folder, path);
    return file === '' || file.includes('/') ? undefined : file;
  }
}

function* fileEvent(name: string, file: string, args: string): Iterable<DiskEvent> {
  const last = Number(args.slice(args.lastIndexOf(',') + 1));
  if (name === 'pwrite64') yield { kind: 'write', file, offset: last, data: strings(args) };
  if (name === 'ftruncate') yield { kind: 'truncate', file, size: last };
  if (name === 'fsync' || name === 'fdatasync') yield { kind: 'sync', file };
}

/** The bytes of the string among the arguments, which strace prints as `"\x01\x02"`. */
function strings(args: string): Buffer {
  if (args.includes('"...')) throw new Error('a string in the trace is not complete');
  const text = args.slice(args.indexOf('"') + 1, args.lastIndexOf('"'));
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}

type Change = Extract<DiskEvent, { kind: 'write' | 'truncate' }>;

/**
 * A disk that keeps what was synced and may lose, tear or keep everything since: what is left of the files
 * after the power went off. Names are durable at once.
 */
export class SimulatedDisk {
  readonly #files = new Map<string, { durable: Buffer; pending: Change[] }>();

  apply(event: DiskEvent): void {
    if (event.kind === 'output') return;
    if (event.kind === 'unlink') {
      this.#files.delete(event.file);
      return;
    }
    const file = this.#files.get(event.file) ?? { durable: Buffer.alloc(0), pending: [] };
    this.#files.set(event.file, file);
    if (event.kind === 'sync') {
      file.durable = file.pending.reduce(changed, file.durable);
      file.pending = [];
    } else if (event.kind !== 'create') {
      file.pending.push(event);
    }
  }

  /** Puts files on the disk before anything happens. */
  load(folder: string, names: readonly string[]): void {
    for (const name of names.filter((file) => readdirSync(folder).includes(file))) {
      this.#files.set(name, { durable: readFileSync(join(folder, name)), pending: [] });
    }
  }

  /** Writes into a folder what might be left if the power went off now. */
  writeImage(folder: string, random: () => number): void {
    mkdirSync(folder, { recursive: true });
    for (const [name, { durable, pending }] of this.#files) {
      const kept = pending.flatMap((change) => survivors(change, random));
      writeFileSync(join(folder, name), kept.reduce(changed, durable));
    }
  }
}

/** A change that was not synced: lost, kept, or kept up to some sector. */
function survivors(change: Change, random: () => number): Change[] {
  const fate = random();
  if (fate < 0.45) return [];
  if (fate < 0.9 || change.kind !== 'write') return [change];
  const sectors = Math.floor(random() * (change.data.length / SECTOR));
  return [{ ...change, data: change.data.subarray(0, sectors * SECTOR) }];
}

function changed(content: Buffer, change: Change): Buffer {
  const end = change.kind === 'write' ? change.offset + change.data.length : change.size;
  const size = change.kind === 'write' ? Math.max(content.length, end) : end;
  const next = Buffer.alloc(size);
  content.copy(next);
  if (change.kind === 'write') change.data.copy(next, change.offset);
  return next;
}
