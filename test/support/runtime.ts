import { createRequire } from 'node:module';
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';

/** The level of errors in Node-RED's log. */
const ERROR = 20;

type Register = (RED: NodeAPI) => void;

/** A message as a sink node received it. */
export type Received = NodeMessageInFlow & Record<string, unknown>;

/** A node of the running test flow; throws if there is none. */
export function nodeById(id: string): Node {
  const node = helper.getNode(id) as Node | null;
  if (node === null) throw new Error(`no node ${id}`);
  return node;
}

/** Starts the real runtime of Node-RED inside mocha, once for a suite, and empties it after each test. */
export function useRuntime(): void {
  before(async () => {
    helper.init(createRequire(import.meta.url).resolve('node-red'));
    await new Promise<void>((resolve) => {
      helper.startServer(resolve);
    });
  });

  afterEach(async () => {
    await helper.unload();
  });

  after(async () => {
    await new Promise<void>((resolve) => {
      helper.stopServer(resolve);
    });
  });
}

export async function loadFlow(registers: readonly Register[], flow: object[]): Promise<void> {
  await helper.load([...registers] as Parameters<typeof helper.load>[0], flow as never);
}

/** Sinks for all ports of a node, and a Catch, Complete and Status node that watch it. */
export function watched(node: Record<string, unknown> & { id: string }, ports: number): object[] {
  const sinks = Array.from({ length: ports }, (_, port) => `sink${port}`);
  const watcher = (type: string): object => ({
    id: `watch-${type}`,
    type,
    z: 'tab',
    scope: [node.id],
    uncaught: false,
    wires: [[`on-${type}`]],
  });
  return [
    { id: 'tab', type: 'tab', label: 'test' },
    { ...node, z: 'tab', wires: sinks.map((sink) => [sink]) },
    ...sinks.map((id) => ({ id, type: 'helper', z: 'tab' })),
    ...['catch', 'complete', 'status'].flatMap((type) => [
      watcher(type),
      { id: `on-${type}`, type: 'helper', z: 'tab' },
    ]),
  ];
}

/** Collects what arrives at a sink from now on. */
export class Sink {
  readonly messages: Received[] = [];
  #wake: (() => void) | undefined;

  constructor(id: string) {
    nodeById(id).on('input', (message) => {
      this.messages.push(message);
      this.#wake?.();
    });
  }

  /** The message of this number, counted from 0, as soon as it has arrived. */
  async at(index: number): Promise<Received> {
    for (;;) {
      const message = this.messages[index];
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** What a node has said as an error. */
export function errorsOf(id: string): string[] {
  const calls = helper.log().args as [{ id?: string; level: number; msg: unknown }][];
  const errors = calls.filter(([{ id: of, level }]) => of === id && level === ERROR);
  return errors.map(([{ msg }]) => String(msg));
}

/** The errors of a node as soon as it has said so many: what it says may come after the answers of others. */
export async function errorsFrom(id: string, count: number): Promise<string[]> {
  for (;;) {
    const errors = errorsOf(id);
    if (errors.length >= count) return errors;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets everything that is already on its way through the flow arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
