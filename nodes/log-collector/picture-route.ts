import type { NodeAPI } from 'node-red';
import { toAccessError } from '../../lib/model/errors.ts';
import { READ } from '../../lib/runtime/admin.ts';

type Read = (gateway: string, snapshot: string) => Promise<Buffer>;

/** The collectors of this runtime that have pictures to show, by their nodes. */
const readers = new Map<string, Read>();

/** Lets the pictures of a node be seen behind the login of the editor. Returns how to end that. */
export function showPictures(node: string, read: Read): () => void {
  readers.set(node, read);
  return () => {
    if (readers.get(node) === read) readers.delete(node);
  };
}

/**
 * Serves `gatewire/collectors/<id of the node>/pictures/<gateway>/<snapshot of the record>` of the admin API, with the
 * permission `gatewire.read`. Nothing of it stays in a cache.
 */
export function servePictures(RED: NodeAPI): void {
  RED.httpAdmin.get(
    '/gatewire/collectors/:node/pictures/:gateway/:snapshot',
    RED.auth.needsPermission(READ),
    (request, response) => {
      const { node, gateway, snapshot } = request.params;
      const read = readers.get(String(node));
      response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      if (read === undefined) {
        response.sendStatus(404);
        return;
      }
      read(String(gateway), String(snapshot)).then(
        (picture) => response.type('image/jpeg').send(picture),
        (reason: unknown) => {
          const { code, message } = toAccessError(reason);
          response.status(code === 'NOT_FOUND' ? 404 : 503).json({ code, message });
        },
      );
    },
  );
}
