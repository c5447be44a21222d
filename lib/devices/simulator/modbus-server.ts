import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { BoardAnswer } from './relay-board.ts';

/** Bytes before the request: transaction, protocol, length; and the address of the device. */
const HEADER = 7;
/** Longest request with its envelope. A peer that announces more is talking something else. */
const LONGEST = 260;

/**
 * A Modbus TCP server in front of a simulated board. The library's own server can neither pick a free port nor
 * take the values that pulse timers need, and answers no request in less than a timer tick.
 */
export class ModbusTcpServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(serve: (pdu: Buffer) => Promise<BoardAnswer>) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
      accept(socket, serve);
    });
  }

  /** Number of open connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Listens on a port, or on a free one for 0. Resolves to the port. */
  listen(port: number, host = '127.0.0.1'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Breaks all connections and stops listening. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}

function accept(socket: Socket, serve: (pdu: Buffer) => Promise<BoardAnswer>): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= HEADER) {
      const end = HEADER - 1 + rest.readUInt16BE(4);
      if (end < HEADER + 1 || end > LONGEST) {
        socket.destroy();
        return;
      }
      if (rest.length < end) return;
      void answer(socket, rest.subarray(0, end), serve);
      rest = rest.subarray(end);
    }
  });
}

async function answer(
  socket: Socket,
  request: Buffer,
  serve: (pdu: Buffer) => Promise<BoardAnswer>,
): Promise<void> {
  const { pdu, reset } = await serve(request.subarray(HEADER));
  if (reset) socket.resetAndDestroy();
  if (pdu === undefined || !socket.writable) return;
  const header = Buffer.from(request.subarray(0, HEADER));
  header.writeUInt16BE(pdu.length + 1, 4);
  socket.write(Buffer.concat([header, pdu]));
}
