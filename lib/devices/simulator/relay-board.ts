import type { Clock } from '../../model/clock.ts';
import { MODBUS_BOARDS } from '../relay/modbus-boards.ts';
import type { Timers } from '../timers.ts';
import { answerTo, type ModbusMemory } from './modbus-memory.ts';

/** A change of an output. */
export interface Edge {
  /** Counted from 1. */
  channel: number;
  on: boolean;
  /** Monotonic, in milliseconds. */
  at: number;
}

/**
 * What goes wrong with one request: `lost`: it never arrives; `unanswered`: carried out, but the answer is lost;
 * `ignored`: answered, but not carried out; `reset`: carried out, then the connection breaks.
 */
export type Fault = 'lost' | 'unanswered' | 'ignored' | 'reset';

export interface BoardRequest {
  /** Function code. */
  code: number;
  write: boolean;
}

export interface BoardAnswer {
  /** The answer without its envelope; absent if none is given. */
  pdu?: Buffer;
  /** The connection is to be broken. */
  reset: boolean;
}

export interface RelayBoardOptions {
  clock: Clock;
  timers: Timers;
  /** Number of outputs, and of inputs; default 8. */
  channels?: number;
}

/** How many edges are remembered. */
const HISTORY = 1000;

const NONE: BoardAnswer = { reset: false };
const TIMER = MODBUS_BOARDS.coilTimer.timer;

/**
 * A relay board that exists in memory only (N18): outputs as coils from 0, inputs as discrete inputs from 0, and
 * a pulse timer like that of `MODBUS_BOARDS.coilTimer`. It serves one request after the other, and can be made to
 * fail in every way in which a real one does.
 */
export class SimulatedRelayBoard implements ModbusMemory {
  /** Newest last, at most a thousand. */
  readonly history: Edge[] = [];
  /** Chooses what goes wrong with a request. */
  fault: (request: BoardRequest) => Fault | undefined = () => undefined;
  /** Milliseconds that each request takes. */
  delay = 0;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #outputs: boolean[];
  readonly #inputs: boolean[];
  readonly #stuck = new Map<number, boolean>();
  readonly #pulses = new Map<number, () => void>();
  readonly #listeners = new Set<(edge: Edge) => void>();
  #queue: Promise<unknown> = Promise.resolve();
  #thawed: Promise<void> = Promise.resolve();
  #thaw: (() => void) | undefined;

  constructor({ clock, timers, channels = 8 }: RelayBoardOptions) {
    this.#clock = clock;
    this.#timers = timers;
    this.#outputs = new Array<boolean>(channels).fill(false);
    this.#inputs = new Array<boolean>(channels).fill(false);
  }

  /** The state of an output, counted from 1. */
  output(channel: number): boolean {
    return this.#outputs[channel - 1] ?? false;
  }

  /** Sets what an input reports, counted from 1. */
  setInput(channel: number, on: boolean): void {
    this.#inputs[channel - 1] = on;
  }

  /** Pins an output, as a welded contact or a dead driver does; `undefined` repairs it. */
  stick(channel: number, on: boolean | undefined): void {
    this.#stuck.delete(channel);
    if (on === undefined) return;
    this.#set(channel, on);
    this.#stuck.set(channel, on);
  }

  /** Stops serving. Requests queue up, and are all served on `thaw()`: the way a stopped process behaves. */
  freeze(): void {
    if (this.#thaw !== undefined) return;
    this.#thawed = new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#thaw?.();
    this.#thaw = undefined;
  }

  /** Tells every change of an output; the returned function ends that. */
  onEdge(listener: (edge: Edge) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Serves a Modbus request without its envelope, after all that came before it. */
  serve(pdu: Buffer): Promise<BoardAnswer> {
    const answer = this.#queue.then(() => this.#serve(pdu));
    this.#queue = answer;
    return answer;
  }

  /** Ends all timers. */
  close(): void {
    for (const cancel of this.#pulses.values()) cancel();
    this.#pulses.clear();
  }

  readOutput(address: number): boolean | undefined {
    return this.#outputs[address];
  }

  readInput(address: number): boolean | undefined {
    return this.#inputs[address];
  }

  writeOutput(address: number, value: number): boolean {
    const timed = address >= TIMER.offset;
    const channel = (timed ? address - TIMER.offset : address) + 1;
    if (channel > this.#outputs.length) return false;
    this.#pulses.get(channel)?.();
    this.#pulses.delete(channel);
    this.#set(channel, value !== 0);
    if (timed && value !== 0) this.#endAfter(channel, value * TIMER.unit);
    return true;
  }

  async #serve(pdu: Buffer): Promise<BoardAnswer> {
    const code = pdu[0] ?? 0;
    const fault = this.fault({ code, write: code === 5 || code === 15 });
    if (fault === 'lost') return NONE;
    await this.#thawed;
    if (this.delay > 0) await this.#pause(this.delay);
    const answer = answerTo(pdu, fault === 'ignored' ? this.#readOnly() : this);
    if (fault === 'unanswered') return NONE;
    return fault === 'reset' ? { reset: true } : { pdu: answer, reset: false };
  }

  /** The same memory, which accepts every write and forgets it. */
  #readOnly(): ModbusMemory {
    return {
      readOutput: (address) => this.readOutput(address),
      readInput: (address) => this.readInput(address),
      writeOutput: () => true,
    };
  }

  #set(channel: number, on: boolean): void {
    if (this.#stuck.has(channel) || this.output(channel) === on) return;
    this.#outputs[channel - 1] = on;
    const edge = { channel, on, at: this.#clock.monotonic() };
    this.history.push(edge);
    if (this.history.length > HISTORY) this.history.shift();
    for (const listener of this.#listeners) listener(edge);
  }

  #endAfter(channel: number, duration: number): void {
    const cancel = this.#timers.after(duration, () => {
      this.#pulses.delete(channel);
      this.#set(channel, false);
    });
    this.#pulses.set(channel, cancel);
  }

  #pause(duration: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timers.after(duration, resolve);
    });
  }
}
