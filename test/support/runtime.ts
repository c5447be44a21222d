import { createRequire } from 'node:module';
import { once } from 'node:events';
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';

export type TestNode = Record<string, unknown> & { id: string; type: string };

/** A message with whatever properties the nodes under test have given it. */
export type TestMessage = NodeMessageInFlow & Record<string, unknown>;

/** What these methods really return; their published types say nothing. */
interface Server {
  startServer(started: () => void): Promise<void>;
  stopServer(stopped: () => void): Promise<void>;
}

const server = helper as unknown as Server;
helper.init(createRequire(import.meta.url).resolve('node-red'));

/** Starts the flow in a real Node-RED runtime without an editor. Call `unloadFlow` after each test. */
export async function loadFlow(
  registers: readonly ((RED: NodeAPI) => void)[],
  flow: readonly TestNode[],
): Promise<void> {
  await server.startServer(() => undefined);
  await helper.load([...registers], flow.map(placed));
}

export async function unloadFlow(): Promise<void> {
  await helper.unload();
  await server.stopServer(() => undefined);
}

/** What belongs to a tab has a place on it, or it counts as a config node. */
function placed(node: TestNode, index: number): TestNode {
  return node.z === undefined ? node : { x: 100, y: 40 * index, ...node };
}

/** The next message that a node receives; ask before it is sent. */
export async function nextMessage(id: string): Promise<TestMessage> {
  const [message] = (await once(helper.getNode(id), 'input')) as [TestMessage];
  return message;
}

/** Collects every message that a node receives from now on. */
export function collectMessages(id: string): TestMessage[] {
  const messages: TestMessage[] = [];
  helper.getNode(id).on('input', (message) => {
    messages.push(message);
  });
  return messages;
}

export function nodeOf(id: string): Node {
  return helper.getNode(id);
}

export function send(id: string, message: Record<string, unknown>): void {
  helper.getNode(id).receive(message);
}

/** The texts of the status that a node shows from now on. */
export function collectStatus(id: string): string[] {
  const texts: string[] = [];
  const events = helper.getNode(id) as unknown as NodeJS.EventEmitter;
  events.on('call:status', (call: { args: [{ text?: string }] }) => {
    texts.push(call.args[0].text ?? '');
  });
  return texts;
}
