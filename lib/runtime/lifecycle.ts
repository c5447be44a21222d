import type { Node, NodeMessageInFlow } from 'node-red';
import { toAccessError } from '../model/errors.ts';

/** Sends to the outputs of a node: one message, or an array with one entry per port, which may be a list. */
export type Send = (
  message: NodeMessageInFlow | (NodeMessageInFlow | NodeMessageInFlow[] | null)[],
) => void;

export type InputHandler = (message: NodeMessageInFlow, send: Send) => void | Promise<void>;
export type CloseHandler = (removed: boolean) => void | Promise<void>;

/**
 * The only listener for messages of a node. `done` is called exactly once, after the effect; whatever is
 * thrown reaches a Catch node once, as an error with a code.
 */
export function onInput(node: Node, handle: InputHandler): void {
  node.on('input', (message, send, done) => {
    const run = async (): Promise<void> => {
      await handle(message, send);
    };
    run().then(
      () => {
        done();
      },
      (reason: unknown) => {
        done(toAccessError(reason));
      },
    );
  });
}

/** Releases what a node holds. Node-RED waits for it, and never longer than `deadline` milliseconds. */
export function onClose(node: Node, release: CloseHandler, deadline = 5000): void {
  // Node-RED looks at the number of parameters: exactly two, or it does not wait.
  node.on('close', (removed: boolean, done: () => void) => {
    const run = async (): Promise<void> => {
      await withDeadline(Promise.resolve(release(removed)), deadline);
    };
    run()
      .catch((reason: unknown) => {
        node.error(toAccessError(reason));
      })
      .finally(done);
  });
}

async function withDeadline(work: Promise<void>, deadline: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<void>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not released within ${deadline} ms`));
    }, deadline);
  });
  try {
    await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
