import { openSampleClient } from './engine-client.ts';
import { ANNA_CARD, attemptAt, card } from './sample-site.ts';

/**
 * A parent that is going to be killed: starts an engine, keeps it busy, and tells its own parent the
 * engine's process id and every decision that was acknowledged.
 */
const client = await openSampleClient(process.argv[2] ?? '');
process.send?.({ pid: client.pid });
for (;;) {
  const { id } = await client.engine.decide(attemptAt(Date.now(), 'front', card(ANNA_CARD)));
  process.send?.({ id });
}
