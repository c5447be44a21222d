import type { IncomingMessage } from 'node:http';
import type { NodeMessageInFlow } from 'node-red';
import { AccessError, toAccessError, type ErrorCode } from '../../lib/model/errors.ts';
import {
  PERFORM,
  type Answer,
  type Request,
  type Surroundings,
} from '../../lib/release/perform.ts';
import { isToken, tokenOf } from '../../lib/release/token.ts';

/** An answer for an `http response` node. */
export interface HttpAnswer extends Answer {
  statusCode: number;
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  INPUT_INVALID: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
};
const REFUSED_ROWS = 422;
const UNAVAILABLE = 503;

/**
 * Marks that came over HTTP. Always answers, so that no client waits in vain: 200 if all rows count, 422 if some were
 * refused, 401 without the token, 400 for anything that is not a list of rows, 503 if it has to come again.
 */
export async function answerHttp(
  around: Surroundings,
  token: string,
  message: NodeMessageInFlow,
  request: () => Promise<Request>,
): Promise<HttpAnswer> {
  if (!isToken(tokenOf(requestIn(message).headers), token)) return strangerAnswer(message);
  try {
    const answer = await PERFORM.marks(around, await request());
    return { ...answer, statusCode: answer.refusals.length === 0 ? 200 : REFUSED_ROWS };
  } catch (reason) {
    const { code, message: text } = toAccessError(reason);
    const payload = { code, message: text };
    const refusals = [{ row: 0, code, reason: text }];
    return { payload, events: [], refusals, statusCode: STATUS[code] ?? UNAVAILABLE };
  }
}

function strangerAnswer(message: NodeMessageInFlow): HttpAnswer {
  const address = requestIn(message).socket.remoteAddress ?? '';
  return {
    payload: { code: 'UNAUTHORIZED', message: 'the token is missing or wrong' },
    events: [{ event: 'tokenRefused', address }],
    refusals: [],
    statusCode: 401,
  };
}

function requestIn({ req }: NodeMessageInFlow & { req?: unknown }): IncomingMessage {
  if (req !== undefined && typeof (req as IncomingMessage).headers === 'object') {
    return req as IncomingMessage;
  }
  throw new AccessError(
    'INPUT_INVALID',
    'msg.req is missing: this operation belongs behind "http in"',
  );
}
