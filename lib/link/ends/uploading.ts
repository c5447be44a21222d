import type { GatewayEnd } from './gateway-end.ts';

/** What an uploader is to the link. */
export interface Uploading {
  connect(): void;
  disconnect(): void;
  /** Takes an acknowledgement. */
  receive(content: unknown): Promise<void>;
}

/**
 * Tells an uploader what happens on the link of a gateway. Several share the channel of the acknowledgements: `isOwn`
 * knows those of this one. Returns how to end that.
 */
export function attachUploading(
  end: GatewayEnd,
  uploader: Uploading,
  { isOwn, onError }: { isOwn: (content: unknown) => boolean; onError: (error: unknown) => void },
): () => void {
  const stops = [
    end.on('up', () => {
      uploader.connect();
    }),
    end.on('down', () => {
      uploader.disconnect();
    }),
    end.on('acknowledgements', ({ content }) => {
      if (isOwn(content)) uploader.receive(content).catch(onError);
    }),
  ];
  if (end.connected) uploader.connect();
  return () => {
    for (const stop of stops) stop();
  };
}
