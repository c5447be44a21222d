import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { MAX_MESSAGE } from '../trust/envelope.ts';

/** Largest MQTT packet that is let in, in bytes: a message whose quotes are all escaped, and its topic. */
export const MAX_PACKET = 2 * MAX_MESSAGE + 4096;

/** The remaining length of a packet takes so many bytes at most (MQTT 3.1.1, 2.2.3). */
const LENGTH_BYTES = 4;

/**
 * Follows the packets of an MQTT stream by their lengths alone, so that a packet which is too large is noticed when
 * it is announced and not when it fills the memory.
 */
export class PacketMeter {
  readonly #most: number;
  /** Bytes of the current packet that are still to come. */
  #left = 0;
  /** Bytes of its length that were read; -1 before the first byte of a packet. */
  #lengthBytes = -1;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes the next bytes; false if they announce a packet that is too large or no packet at all. */
  take(chunk: Uint8Array): boolean {
    let position = 0;
    while (position < chunk.length) {
      if (this.#lengthBytes === -1) {
        this.#lengthBytes = 0;
        position += 1;
      } else if (this.#lengthBytes < LENGTH_BYTES) {
        if (!this.#takeLength(chunk[position] ?? 0)) return false;
        position += 1;
      } else {
        position += this.#skip(chunk.length - position);
      }
    }
    return true;
  }

  #takeLength(byte: number): boolean {
    this.#left += (byte & 0x7f) * 0x80 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    const isLast = (byte & 0x80) === 0;
    if (!isLast) return this.#lengthBytes < LENGTH_BYTES;
    this.#lengthBytes = this.#left === 0 ? -1 : LENGTH_BYTES;
    return this.#left <= this.#most;
  }

  #skip(available: number): number {
    const skipped = Math.min(available, this.#left);
    this.#left -= skipped;
    if (this.#left === 0) this.#lengthBytes = -1;
    return skipped;
  }
}

type Done = (error?: Error | null) => void;

/** A connection that ends when a packet larger than `MAX_PACKET` comes in. Each write leaves at once (TCP no-delay). */
export class GuardedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #meter = new PacketMeter(MAX_PACKET);

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    // Left alone, every acknowledged message waits 40 ms for its acknowledgement.
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    if (!this.#meter.take(chunk)) this.destroy(new Error('a packet is too large'));
    else if (!this.push(chunk)) this.#socket.pause();
  }
}
