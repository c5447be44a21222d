import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { MAX_MESSAGE } from '../link/trust/envelope.ts';

/** The text of the answer; undefined for a request that is not worth one. */
export type AnswerText = (text: string) => Promise<string | undefined>;

/** Who answers at each path. A route of Express cannot be taken away, but it can have nobody behind it. */
const endpoints = new WeakMap<object, Map<string, AnswerText | undefined>>();

/** Answers the POST requests to a path below the root of Node-RED's HTTP nodes; returns how to stop. */
export function serveText(RED: NodeAPI, path: string, answer: AnswerText): () => void {
  const served = endpoints.get(RED.httpNode) ?? new Map<string, AnswerText | undefined>();
  endpoints.set(RED.httpNode, served);
  if (!served.has(path)) {
    RED.httpNode.post(path, (request, response, next) => {
      const current = served.get(path);
      if (current === undefined) next();
      else void reply(request, response, current);
    });
  }
  served.set(path, answer);
  return () => {
    if (served.get(path) === answer) served.set(path, undefined);
  };
}

async function reply(request: Request, response: Response, answer: AnswerText): Promise<void> {
  const text = await bodyOf(request).catch(() => undefined);
  const answered = text === undefined ? undefined : await answer(text);
  if (answered === undefined) response.status(400).end();
  else response.type('application/json').send(answered);
}

/** The body as text; undefined if it is too large. */
async function bodyOf(request: Request): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_MESSAGE) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
