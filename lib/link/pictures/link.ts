import { AccessError } from '../../model/errors.ts';
import {
  filesAnswers,
  labelOfPart,
  sealedFilesMessages,
  type FilesAnswer,
  type FilesMessage,
} from './files.ts';
import type { GatewayEnd } from '../ends/gateway-end.ts';
import type { ServerEnd } from '../ends/server-end.ts';
import { attachUploading, type Uploading } from '../ends/uploading.ts';

/** What a picture collector is to the link. */
interface Collecting {
  take(gateway: string, content: unknown): Promise<FilesAnswer | undefined>;
}

/** Sends files over the link, so that only the server can see them. */
export function filesOver(end: GatewayEnd): (message: FilesMessage) => Promise<void> {
  return async (message) => {
    if (message.kind === 'offer') return end.send('files', message);
    const { data, ...part } = message;
    const sealed = end.conceal(data, labelOfPart(end.address.gateway, message));
    return end.send('files', { ...part, sealed });
  };
}

/** Tells a picture uploader what happens on the link of a gateway. Returns how to end that. */
export function attachPictureUploader(
  end: GatewayEnd,
  uploader: Uploading,
  onError: (error: unknown) => void,
): () => void {
  const isOwn = (content: unknown): boolean => filesAnswers.check(content);
  const detach = attachUploading(end, uploader, { isOwn, onError });
  return () => {
    detach();
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
    const message = await collector.take(gateway, unsealed(end, gateway, content));
    if (message === undefined) return;
    // A gateway that does not hear this offers the same again.
    await end.send(gateway, 'acknowledgements', message).catch(() => undefined);
  }
  return end.on('files', ({ gateway, content }) => {
    answer(gateway, content).catch(onError);
  });
}

/** Throws INPUT_INVALID for what is no message, or is not sealed for this server and this place. */
function unsealed(end: ServerEnd, gateway: string, content: unknown): FilesMessage {
  const message = sealedFilesMessages.parse(content, 'message');
  if (message.kind === 'offer') return message;
  const { sealed, ...part } = message;
  const data = end.reveal(sealed, labelOfPart(gateway, message));
  if (data === undefined)
    throw new AccessError('INPUT_INVALID', 'a part is not sealed for this server');
  return { ...part, data };
}
