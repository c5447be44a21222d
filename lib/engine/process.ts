import type { Attempt } from '../model/attempt.ts';
import { toPlainError, uptime } from '../process/protocol.ts';
import { callMethod, type Reply, type Request, type StartOptions } from './channel.ts';
import type { EngineMethod } from './engine.ts';
import type { EngineService } from './facade.ts';
import { readKeys } from './keys.ts';
import type { ForeignAttempt, OnlineResult } from './online/online.ts';
import { createEngine } from './service.ts';

/** The last word of a broken engine must not keep it from starting anew. Milliseconds. */
const LAST_WORD = 500;
/** A store that hangs must not keep a process without parent alive. Milliseconds. */
const CLOSE_LIMIT = 10_000;

const options = JSON.parse(process.argv[2] ?? '{}') as StartOptions;
let engine: EngineService | undefined;
let closing = false;

function send(reply: Reply): void {
  // The parent may go at any moment; the end of the channel is noticed by itself.
  if (process.connected) process.send?.(reply, () => undefined);
}

async function start(): Promise<void> {
  const { folder } = options;
  engine = await createEngine({ folder, keys: readKeys(options), onFatal: crash });
  engine.on('policy', (data) => {
    send({ kind: 'event', event: 'policy', data });
  });
  engine.on('alarm', (data) => {
    send({ kind: 'event', event: 'alarm', data });
  });
  engine.on('captured', (data) => {
    send({ kind: 'event', event: 'captured', data });
  });
  engine.on('passage', (data) => {
    send({ kind: 'event', event: 'passage', data });
  });
  engine.on('recorded', (data) => {
    send({ kind: 'event', event: 'recorded', data });
  });
  // Loading leaves garbage that would stay for hours in a quiet process.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  send({ kind: 'ready' });
}

async function answer({ id, method, query, sent }: Request & { kind: 'call' }): Promise<void> {
  try {
    if (engine === undefined) throw new Error('The engine has not started');
    const value = await call(engine, method, query, Math.max(0, uptime() - sent));
    send({ kind: 'result', id, value });
  } catch (error) {
    send({ kind: 'error', id, error: toPlainError(error) });
  }
}

/** What is about somebody at a door is told how long it was on its way here, in milliseconds (F-30). */
function call(
  service: EngineService,
  method: EngineMethod,
  query: unknown,
  waited: number,
): Promise<unknown> {
  switch (method) {
    case 'decide':
      return service.decideAfter(query as Attempt, waited);
    case 'takeAnswer':
      return service.takeAnswerAfter(query as OnlineResult, waited);
    case 'decideFor':
      return service.decideForAfter(query as ForeignAttempt, waited);
    default:
      return callMethod(service, method, query);
  }
}

/** Commits what is pending and ends; also when the parent has gone away. */
async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  setTimeout(() => process.exit(1), CLOSE_LIMIT);
  await engine?.close().catch(() => undefined);
  process.exit(0);
}

/** Leaves a record of what happened, and lets the parent start a new engine. */
function crash(error: unknown): void {
  if (closing) return;
  closing = true;
  console.error('The engine stops:', error);
  setTimeout(() => process.exit(1), LAST_WORD);
  const { message } = toPlainError(error);
  const details = { message: message.slice(0, 1000) };
  const event = { category: 'alarm', code: 'engineCrashed', details } as const;
  void engine?.recordEvent(event).finally(() => process.exit(1));
}

process.on('message', (request: Request) => {
  if (request.kind === 'call') void answer(request);
  else if (request.kind === 'ping') send({ kind: 'pong' });
  else void close();
});
process.on('disconnect', () => void close());
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
// The parent decides when to stop: a Ctrl-C in its terminal reaches this process, too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

start().catch((error: unknown) => {
  const reply: Reply = { kind: 'failed', error: toPlainError(error) };
  process.send?.(reply, () => process.exit(1));
});
