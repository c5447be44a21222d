import { filesAnswers, type FilesAnswer, type FilesMessage } from './files.ts';
import type { GatewayEnd } from './gateway-end.ts';
import type { ServerEnd } from './server-end.ts';

/** What a picture uploader is to the link. */
interface Uploading {
  connect(): void;
  disconnect(): void;
  receive(content: unknown): Promise<void>;
}

/** What a picture collector is to the link. */
interface Collecting {
  take(gateway: string, content: unknown): Promise<FilesAnswer | undefined>;
}

/** Sends files over the link. */
export function filesOver(end: GatewayEnd): (message: FilesMessage) => Promise<void> {
  return (message) => end.send('files', message);
}

/** Tells a picture uploader what happens on the link of a gateway. Returns how to end that. */
export function attachPictureUploader(
  end: GatewayEnd,
  uploader: Uploading,
  onError: (error: unknown) => void,
): () => void {
  const stops = [
    end.on('up', () => {
      uploader.connect();
    }),
    end.on('down', () => {
      uploader.disconnect();
    }),
    // The other acknowledgements are about records.
    end.on('acknowledgements', ({ content }) => {
      if (filesAnswers.check(content)) uploader.receive(content).catch(onError);
    }),
  ];
  if (end.connected) uploader.connect();
  return () => {
    for (const stop of stops) stop();
    uploader.disconnect();
  };
}

/** Lets a picture collector answer the gateways of a site. Returns how to end that. */
export function attachPictureCollector(
  end: ServerEnd,
  collector: Collecting,
  onError: (error: unknown) => void,
): () => void {
  async function answer(gateway: string, content: unknown): Promise<void> {
    const message = await collector.take(gateway, content);
    if (message === undefined) return;
    // A gateway that does not hear this offers the same again.
    await end.send(gateway, 'acknowledgements', message).catch(() => undefined);
  }
  return end.on('files', ({ gateway, content }) => {
    answer(gateway, content).catch(onError);
  });
}
