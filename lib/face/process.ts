import { toPlainError, type Reply, type Request } from '../process/protocol.ts';
import { createFaceService } from './local-service.ts';
import type { FaceStart } from './program.ts';
import type { FaceMethod, FaceService } from './service.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as FaceStart;
let service: FaceService | undefined;

function send(reply: Reply): void {
  // The parent may go at any moment; the end of the channel is noticed by itself.
  if (process.connected) process.send?.(reply, () => undefined);
}

async function start(): Promise<void> {
  service = await createFaceService(options.models);
  send({ kind: 'ready' });
}

async function answer({
  id,
  method,
  query,
}: Request<FaceMethod> & { kind: 'call' }): Promise<void> {
  try {
    if (service === undefined) throw new Error('The face process has not started');
    const methods = service as unknown as Record<FaceMethod, (query: unknown) => Promise<unknown>>;
    send({ kind: 'result', id, value: await methods[method](query) });
  } catch (error) {
    send({ kind: 'error', id, error: toPlainError(error) });
  }
}

process.on('message', (request: Request<FaceMethod>) => {
  if (request.kind === 'call') void answer(request);
  else if (request.kind === 'ping') send({ kind: 'pong' });
  else process.exit(0);
});
process.on('disconnect', () => process.exit(0));
// The parent decides when to stop: a Ctrl-C in its terminal reaches this process, too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

start().catch((error: unknown) => {
  const reply: Reply = { kind: 'failed', error: toPlainError(error) };
  process.send?.(reply, () => process.exit(1));
});
