import type { Node } from 'node-red';

type Listener = (...parameters: unknown[]) => void;

/** As much of a node as the runtime helpers use; remembers what it was told. */
export class FakeNode {
  readonly statuses: string[] = [];
  readonly errors: unknown[] = [];
  readonly listeners = new Map<string, Listener>();

  on(event: string, listener: Listener): void {
    this.listeners.set(event, listener);
  }

  status({ text }: { text: string }): void {
    this.statuses.push(text.replace('common.status.', ''));
  }

  error(error: unknown): void {
    this.errors.push(error);
  }

  /** What the helpers take for a node. */
  get node(): Node {
    return this as unknown as Node;
  }
}
