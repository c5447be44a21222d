import { filesAnswers } from '../pictures/files.ts';
import type { GatewayEnd } from '../ends/gateway-end.ts';
import type { ServerEnd } from '../ends/server-end.ts';
import { attachUploading, type Uploading } from '../ends/uploading.ts';
import type { RecordsAnswer, RecordsMessage } from './records.ts';

/** What a collector is to the link. */
interface Collecting {
  take(gateway: string, content: unknown): Promise<RecordsAnswer>;
}

/** Sends records over the link. */
export function recordsOver(end: GatewayEnd): (message: RecordsMessage) => Promise<void> {
  return (message) => end.send('records', message);
}

/** Tells an uploader what happens on the link of a gateway. Returns how to end that. */
export function attachUploader(
  end: GatewayEnd,
  uploader: Uploading,
  onError: (error: unknown) => void,
): () => void {
  const isOwn = (content: unknown): boolean => !filesAnswers.check(content);
  return attachUploading(end, uploader, { isOwn, onError });
}

/**
 * Lets a collector answer the gateways of a site. `ask` is called when the connection is there: the gateways may have
 * come before. Returns how to end that.
 */
export function attachCollector(
  end: ServerEnd,
  collector: Collecting,
  { ask, onError }: { ask: () => void; onError: (error: unknown) => void },
): () => void {
  async function answer(gateway: string, content: unknown): Promise<void> {
    const message = await collector.take(gateway, content);
    // A gateway that does not hear this sends the same again.
    await end.send(gateway, 'acknowledgements', message).catch(() => undefined);
  }
  const stops = [
    end.on('records', ({ gateway, content }) => {
      answer(gateway, content).catch(onError);
    }),
    end.on('up', ask),
  ];
  if (end.connected) ask();
  return () => {
    for (const stop of stops) stop();
  };
}
