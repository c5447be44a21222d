import type { Node, NodeStatus } from 'node-red';

type Appearance = Required<Pick<NodeStatus, 'fill' | 'shape'>>;

/**
 * All states that a node of the suite can show, with their one appearance. The text is a key of the shared
 * catalogue (`lib/editor/locales`), translated in the browser, so that every user reads it in his language.
 */
const APPEARANCE = {
  idle: { fill: 'grey', shape: 'ring' },
  ready: { fill: 'green', shape: 'dot' },
  starting: { fill: 'yellow', shape: 'ring' },
  connecting: { fill: 'yellow', shape: 'ring' },
  waiting: { fill: 'yellow', shape: 'ring' },
  waitingForFactor: { fill: 'yellow', shape: 'ring' },
  waitingForPerson: { fill: 'yellow', shape: 'ring' },
  learning: { fill: 'blue', shape: 'ring' },
  learned: { fill: 'blue', shape: 'dot' },
  busy: { fill: 'blue', shape: 'dot' },
  read: { fill: 'green', shape: 'dot' },
  repeated: { fill: 'grey', shape: 'dot' },
  broken: { fill: 'yellow', shape: 'dot' },
  swappedWires: { fill: 'red', shape: 'ring' },
  granted: { fill: 'green', shape: 'dot' },
  denied: { fill: 'red', shape: 'dot' },
  unknown: { fill: 'yellow', shape: 'dot' },
  on: { fill: 'green', shape: 'dot' },
  off: { fill: 'grey', shape: 'ring' },
  held: { fill: 'green', shape: 'ring' },
  done: { fill: 'green', shape: 'ring' },
  partly: { fill: 'yellow', shape: 'dot' },
  disconnected: { fill: 'red', shape: 'ring' },
  unpaired: { fill: 'yellow', shape: 'ring' },
  degraded: { fill: 'yellow', shape: 'dot' },
  clockUntrusted: { fill: 'yellow', shape: 'ring' },
  engineDown: { fill: 'red', shape: 'ring' },
  facesDown: { fill: 'red', shape: 'ring' },
  blocked: { fill: 'red', shape: 'ring' },
  unlocked: { fill: 'green', shape: 'ring' },
  alarm: { fill: 'red', shape: 'dot' },
  emergency: { fill: 'red', shape: 'dot' },
  mismatch: { fill: 'red', shape: 'dot' },
  fault: { fill: 'red', shape: 'dot' },
  misconfigured: { fill: 'red', shape: 'ring' },
} as const satisfies Record<string, Appearance>;

export type StatusName = keyof typeof APPEARANCE;

export const STATUS_NAMES = Object.keys(APPEARANCE) as StatusName[];

/** Milliseconds for which a passing state such as `granted` stays before the steady one returns. */
const FLASH = 3000;

interface Shown {
  readonly name: StatusName;
  readonly text?: string;
}

/** Shows the state of a node: only on change, and never after the node has closed. */
export class Status {
  readonly #node: Node;
  #steady: Shown = { name: 'idle' };
  #shown: Shown | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(node: Node) {
    this.#node = node;
  }

  /**
   * The state that stays, in the words of the catalogue or, for names and numbers, in its own. A passing state that
   * is being shown is not cut short.
   */
  show(name: StatusName, text?: string): void {
    this.#steady = text === undefined ? { name } : { name, text };
    if (this.#timer === undefined) this.#set(this.#steady);
  }

  /** A passing state; the steady one returns after three seconds. */
  flash(name: StatusName): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#set(this.#steady);
    }, FLASH);
    this.#timer.unref();
    this.#set({ name });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #set(shown: Shown): void {
    const isSame = shown.name === this.#shown?.name && shown.text === this.#shown.text;
    if (this.#closed || isSame) return;
    this.#shown = shown;
    const { name, text = `common.status.${name}` } = shown;
    this.#node.status({ ...APPEARANCE[name], text });
  }
}
