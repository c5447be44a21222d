import type { ModbusTable } from '../../../lib/devices/relay/modbus-boards.ts';
import type { ModbusLink } from '../../../lib/devices/relay/modbus-link.ts';
import type { BoardAnswer } from '../../../lib/devices/simulator/relay-board.ts';
import { AccessError } from '../../../lib/model/errors.ts';
import type { FakeTime } from '../fake-time.ts';

type Serve = (pdu: Buffer, unit: number) => Promise<BoardAnswer>;

/**
 * A network between a bus and a simulated board, in which time passes only when it is told to. Like TCP it keeps
 * the order, holds back what it can't deliver, and delivers it when it can, unless the sender has taken it back.
 */
export class MemoryNetwork {
  /** Milliseconds on the way, in each direction. */
  latency = 1;
  connects = 0;
  readonly #time: FakeTime;
  readonly #serve: Serve;
  readonly #links = new Set<MemoryLink>();
  #cut = false;
  #refusing = false;

  constructor(time: FakeTime, serve: Serve) {
    this.#time = time;
    this.#serve = serve;
  }

  /** No packet gets through, and nobody is told. */
  cut(): void {
    this.#cut = true;
  }

  heal(): void {
    this.#cut = false;
    for (const link of this.#links) link.flush();
  }

  /** Whether new connections are refused. */
  set refusing(refusing: boolean) {
    this.#refusing = refusing;
  }

  /** The other side ends all connections. */
  breakAll(): void {
    for (const link of [...this.#links]) link.end();
  }

  async connect(): Promise<ModbusLink> {
    this.connects += 1;
    await this.pass();
    if (this.#refusing || this.#cut) {
      throw new AccessError('OUTPUT_FAILED', 'the board cannot be reached');
    }
    const link = new MemoryLink(this);
    this.#links.add(link);
    return link;
  }

  get isCut(): boolean {
    return this.#cut;
  }

  serve(pdu: Buffer, unit: number): Promise<BoardAnswer> {
    return this.#serve(pdu, unit);
  }

  forget(link: MemoryLink): void {
    this.#links.delete(link);
  }

  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#time.after(this.latency, resolve);
    });
  }
}

interface Outgoing {
  unit: number;
  pdu: Buffer;
  settle: (answer: BoardAnswer) => void;
}

class MemoryLink implements ModbusLink {
  readonly #network: MemoryNetwork;
  readonly #held: Outgoing[] = [];
  #onClosed: (() => void) | undefined;
  #ended = false;

  constructor(network: MemoryNetwork) {
    this.#network = network;
  }

  async read(unit: number, table: ModbusTable, address: number): Promise<number> {
    const answer = await this.#ask(unit, table === 'coil' ? 1 : 3, address, 1);
    return (answer[2] ?? 0) & 1;
  }

  async write(unit: number, table: ModbusTable, address: number, value: number): Promise<void> {
    await this.#ask(unit, table === 'coil' ? 5 : 6, address, value);
  }

  onClosed(listener: () => void): void {
    this.#onClosed = listener;
  }

  close(): Promise<void> {
    this.#ended = true;
    if (this.#held.length === 0) this.#network.forget(this);
    return Promise.resolve();
  }

  reset(): Promise<void> {
    this.#held.length = 0;
    this.#ended = true;
    this.#network.forget(this);
    return Promise.resolve();
  }

  /** The other side ends the connection. */
  end(): void {
    if (this.#ended) return;
    void this.reset();
    this.#onClosed?.();
  }

  /** Delivers what was held back. */
  flush(): void {
    for (const outgoing of this.#held.splice(0)) this.#deliver(outgoing);
    if (this.#ended) this.#network.forget(this);
  }

  async #ask(unit: number, code: number, address: number, value: number): Promise<Buffer> {
    if (this.#ended) throw new AccessError('OUTPUT_FAILED', 'Port Not Open');
    const pdu = Buffer.from([code, address >> 8, address & 0xff, value >> 8, value & 0xff]);
    const answer = await new Promise<Buffer>((resolve) => {
      const settle = ({ pdu: reply, reset }: BoardAnswer): void => {
        if (reset) this.end();
        else if (reply !== undefined && !this.#ended) resolve(reply);
      };
      if (this.#network.isCut) this.#held.push({ unit, pdu, settle });
      else this.#deliver({ unit, pdu, settle });
    });
    if ((answer[0] ?? 0) > 0x80) {
      throw new AccessError('OUTPUT_FAILED', `Modbus exception ${answer[1] ?? 0}`);
    }
    return answer;
  }

  #deliver({ unit, pdu, settle }: Outgoing): void {
    void this.#network
      .pass()
      .then(() => this.#network.serve(pdu, unit))
      .then(async (answer) => {
        await this.#network.pass();
        settle(answer);
      });
  }
}
