import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { AccessError, toAccessError } from '../../lib/model/errors.ts';
import type { Learning } from './learning.ts';

const WRITE = 'gatewire.write';
const MAX_PRINTED = 64;

/** The learn mode of every running reader, by the id of its node. */
export type Learners = Map<string, Learning>;

type Action = (learning: Learning, printed: string) => unknown;

const ACTIONS: Readonly<Record<string, Action>> = {
  start: (learning) => {
    learning.start();
    return { active: true };
  },
  state: (learning) => ({ active: learning.active, hasCard: learning.hasCard }),
  answer: (learning, printed) => learning.answer(printed),
  stop: (learning) => {
    learning.stop();
    return { active: false };
  },
};

/** Serves `gatewire/readers/<node id>/learn/<action>` to a logged-in editor. */
export function serveLearning(RED: NodeAPI, learners: Learners): void {
  for (const [name, action] of Object.entries(ACTIONS)) {
    const path = `/gatewire/readers/:node/learn/${name}`;
    RED.httpAdmin.post(path, RED.auth.needsPermission(WRITE), (request, response) => {
      reply(request, response, learners, action);
    });
  }
}

function reply(request: Request, response: Response, learners: Learners, action: Action): void {
  try {
    const learning = learners.get(String(request.params.node));
    if (learning === undefined) throw new AccessError('NOT_FOUND', 'this reader is not deployed');
    response.json(action(learning, printedOf(request.body)));
  } catch (reason) {
    const error = toAccessError(reason);
    response
      .status(error.code === 'NOT_FOUND' ? 404 : 400)
      .json({ code: error.code, message: error.message });
  }
}

function printedOf(body: unknown): string {
  const printed =
    typeof body === 'object' && body !== null && 'printed' in body ? body.printed : '';
  if (typeof printed === 'string' && printed.length <= MAX_PRINTED) return printed.trim();
  throw new AccessError('INPUT_INVALID', `printed: at most ${MAX_PRINTED} characters`);
}
