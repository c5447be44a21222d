import { readFileSync } from 'node:fs';
import createWabt from 'wabt';

const PAGE = 65_536;

/** A function that reads so many bytes of memory once. */
export async function memoryReader(bytes: number): Promise<() => void> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  new Uint8Array(memory.buffer).fill(1);
  const wabt = await createWabt();
  const file = new URL('read.wat', import.meta.url);
  const parsed = wabt.parseWat('read.wat', readFileSync(file, 'utf8'), { simd: true });
  const module = new WebAssembly.Module(new Uint8Array(parsed.toBinary({}).buffer));
  const { exports } = new WebAssembly.Instance(module, { bench: { memory } });
  const read = exports.read as (at: number, end: number) => number;
  return () => {
    read(0, bytes);
  };
}
