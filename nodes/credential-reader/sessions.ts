import type { NodeMessageInFlow } from 'node-red';
import { systemClock } from '../../lib/model/clock.ts';
import { createReader, type Reader, type ReaderOutput } from '../../lib/readers/reader.ts';

/** A TCP server may have this many readers connected to one node; beyond it the quietest is forgotten. */
const MAX_SESSIONS = 256;

/** Takes what came out when an idle time ended a frame. */
export type IdleHandler = (output: ReaderOutput, message: NodeMessageInFlow) => void;

interface Session {
  reader: Reader;
  /** The newest message, to be answered when an idle time ends a frame. */
  message: NodeMessageInFlow;
  timer: NodeJS.Timeout | undefined;
}

/** One byte stream for each connection, so that readers on one TCP server never mix their frames. */
export class ReaderSessions {
  readonly #config: unknown;
  readonly #onIdle: IdleHandler;
  readonly #sessions = new Map<string, Session>();

  /** Throws CONFIG_INVALID naming the setting of the reader that is wrong. */
  constructor(config: unknown, onIdle: IdleHandler) {
    createReader(config);
    this.#config = config;
    this.#onIdle = onIdle;
  }

  /** Reads what arrived. Throws INPUT_INVALID for an input that the reader's form does not take. */
  push(input: unknown, message: NodeMessageInFlow): ReaderOutput {
    const session = this.#session(message);
    const output = session.reader.push(input, systemClock.monotonic());
    this.#watch(session);
    return output;
  }

  /** Forgets everything unfinished, as after a port was opened again. */
  reset(): void {
    for (const { reader } of this.#sessions.values()) reader.reset();
  }

  close(): void {
    for (const { timer } of this.#sessions.values()) clearTimeout(timer);
    this.#sessions.clear();
  }

  #session(message: NodeMessageInFlow): Session {
    const key = sessionKey(message);
    const known = this.#sessions.get(key);
    this.#sessions.delete(key);
    const session = known ?? { reader: createReader(this.#config), message, timer: undefined };
    session.message = message;
    this.#sessions.set(key, session);
    this.#forgetQuietest();
    return session;
  }

  #forgetQuietest(): void {
    if (this.#sessions.size <= MAX_SESSIONS) return;
    const [key, session] = this.#sessions.entries().next().value ?? [];
    if (key === undefined) return;
    clearTimeout(session?.timer);
    this.#sessions.delete(key);
  }

  /** Wakes the reader when the silence after its last byte means something. */
  #watch(session: Session): void {
    clearTimeout(session.timer);
    const { deadline } = session.reader;
    if (deadline === undefined) return;
    const wait = Math.max(0, Math.ceil(deadline - systemClock.monotonic()));
    session.timer = setTimeout(() => {
      const output = session.reader.idle(systemClock.monotonic());
      this.#watch(session);
      this.#onIdle(output, session.message);
    }, wait);
  }
}

/** Node-RED's TCP nodes name the connection in `_session`; every other source is one stream. */
function sessionKey(message: NodeMessageInFlow): string {
  const session = message._session;
  const id = typeof session === 'object' && session !== null && 'id' in session ? session.id : '';
  return typeof id === 'string' ? id : '';
}
