import type { Clock } from '../../model/clock.ts';
import type { Asks, Reply } from './asker.ts';
import { MAX_MESSAGE } from '../trust/envelope.ts';
import type { GatewayEnd } from '../ends/gateway-end.ts';
import { readAnswer, writeCheck, type Question } from './question.ts';

/**
 * Asks over HTTP: the same signed messages, the question as the body of a POST, the answer as that of its response.
 * Whatever is not an answer to this question within its limit is silence.
 */
export class HttpAsker implements Asks {
  readonly #url: string;
  readonly #end: GatewayEnd;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #closing = new AbortController();

  constructor(url: string, end: GatewayEnd, clock: Pick<Clock, 'monotonic'>) {
    this.#url = url;
    this.#end = end;
    this.#clock = clock;
  }

  async ask(question: Question): Promise<Reply> {
    const askedAt = this.#clock.monotonic();
    const reply = (result: {
      silence: 'hostUnreachable' | 'hostTimeout' | 'hostRefused';
    }): Reply => ({
      ...result,
      took: this.#clock.monotonic() - askedAt,
    });
    const deadline = AbortSignal.timeout(question.limit);
    try {
      const check = writeCheck(question, this.#end);
      const signal = AbortSignal.any([deadline, this.#closing.signal]);
      const text = await post(this.#url, this.#end.write('checks', check), signal);
      const took = this.#clock.monotonic() - askedAt;
      if (took >= check.life) return reply({ silence: 'hostTimeout' });
      const answer = readAnswer(this.#end.read('answers', text), check, this.#end);
      return typeof answer === 'string' ? reply({ silence: 'hostRefused' }) : { answer, took };
    } catch {
      return reply({ silence: deadline.aborted ? 'hostTimeout' : 'hostUnreachable' });
    }
  }

  close(): void {
    this.#closing.abort();
  }
}

/** The body of the response; empty for one that is no answer. Rejects if there is none. */
async function post(url: string, body: string, signal: AbortSignal): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_MESSAGE) return '';
    chunks.push(chunk);
  }
  return response.ok ? Buffer.concat(chunks).toString('utf8') : '';
}
