import { once } from 'node:events';
import net, { type Server, type Socket } from 'node:net';

type Way = 'up' | 'down';

interface Line {
  /** What the client holds. */
  near: Socket;
  /** What the broker holds. */
  far: Socket;
}

/** A network between two programs that can be made as bad as a test needs it. */
export class TcpProxy {
  readonly #target: () => number;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  readonly #swallowed = new Set<Way>();
  #splits = false;
  #refuses = false;
  /** Connections that were made so far. */
  connections = 0;

  constructor(target: () => number) {
    this.#target = target;
    this.#server = net.createServer({ allowHalfOpen: false, noDelay: true }, (near) => {
      this.#take(near);
    });
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#lines.size;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** From now on nothing gets through, and nobody is told: a black hole, in one direction or in both. */
  swallow(...ways: Way[]): void {
    for (const way of ways) this.#swallowed.add(way);
  }

  /** Every byte comes in a packet of its own. */
  split(): void {
    this.#splits = true;
  }

  refuse(refuses: boolean): void {
    this.#refuses = refuses;
  }

  heal(): void {
    this.#swallowed.clear();
    this.#splits = false;
    this.#refuses = false;
  }

  /** The cable is pulled, and both sides notice. */
  cut(): void {
    for (const { near, far } of this.#lines) {
      near.destroy();
      far.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(near: Socket): void {
    if (this.#refuses) {
      near.destroy();
      return;
    }
    this.connections += 1;
    const far = net.connect({ port: this.#target(), host: '127.0.0.1', noDelay: true });
    const line = { near, far };
    this.#lines.add(line);
    this.#carry(near, far, 'up');
    this.#carry(far, near, 'down');
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // Half-open: the other side is not told.
        if (this.#swallowed.size > 0) return;
        this.#lines.delete(line);
        near.destroy();
        far.destroy();
      });
    }
  }

  #carry(from: Socket, to: Socket, way: Way): void {
    from.on('data', (chunk: Buffer) => {
      if (this.#swallowed.has(way)) return;
      if (!this.#splits) to.write(chunk);
      else for (const byte of chunk) to.write(Buffer.of(byte));
    });
  }
}
