import { randomBytes, type KeyObject } from 'node:crypto';
import { AccessError } from '../../model/errors.ts';
import { parser } from '../../model/parse.ts';
import type { Address } from '../ends/gateway-end.ts';
import { publicText } from './identity.ts';
import {
  PairingAnswer,
  PairingRefusal,
  isProof,
  pairingPassword,
  pairingProof,
  pairingSecret,
  type PairingRequest,
} from './pairing.ts';
import { topicOf } from '../wire/topics.ts';
import type { Wire, WireMessage } from '../wire/wire.ts';

export interface JoinOptions {
  /** Not connected yet, or already. */
  wire: Wire;
  address: Address;
  /** The gateway's own key. */
  key: KeyObject;
  /** The one-time code, as it was typed. */
  code: string;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/** What a gateway has learned when it was taken in. */
export interface Joined {
  key: string;
  password: string;
}

const REFUSED: Readonly<Record<PairingRefusal['refusal'], string>> = {
  notExpected: 'the server does not expect a gateway of this name, or the code was used already',
  expired: 'the code has expired',
  tooManyTries: 'the code was wrong too often; it is void now',
  wrongCode: 'the code is wrong',
};

const answerParser = parser(PairingAnswer);
const refusalParser = parser(PairingRefusal);

/**
 * Asks a server to take this gateway in, and resolves with the server's key when that has proved that it knows the
 * code, too. Rejects with FORBIDDEN if it says no, with LINK_DOWN if it cannot be reached.
 */
export async function join(options: JoinOptions): Promise<Joined> {
  const { wire, address, key, code, signal } = options;
  const secret = await pairingSecret(code, address);
  const nonce = randomBytes(16).toString('base64url');
  const said = { ...address, key: publicText(key), nonce };
  const request = { ...said, proof: pairingProof(secret, said) };
  const answered = answerTo({ wire, address, signal });
  ask(wire, request);
  const answer = read(await answered);
  if (!isProof(answer.proof, pairingProof(secret, answer, request))) {
    throw new AccessError('FORBIDDEN', 'whoever answered does not know the code');
  }
  return { key: answer.key, password: pairingPassword(secret, request, answer) };
}

/** The first answer to this gateway; whoever else has the topic can only disturb. */
function answerTo({
  wire,
  address,
  signal,
}: Pick<JoinOptions, 'wire' | 'address' | 'signal'>): Promise<string> {
  const topic = topicOf({ ...address, channel: 'paired' });
  wire.subscribe(topic);
  return new Promise((resolve, reject) => {
    const ends = [
      wire.on('message', (message: WireMessage) => {
        if (message.topic === topic && !message.retained) settle(resolve, message.text);
      }),
      wire.on('down', ({ reason }) => {
        settle(reject, new AccessError('LINK_DOWN', reason));
      }),
    ];
    const giveUp = (): void => {
      settle(reject, new AccessError('LINK_DOWN', 'the server does not answer'));
    };
    function settle<T>(how: (value: T) => void, value: T): void {
      for (const end of ends) end();
      signal.removeEventListener('abort', giveUp);
      how(value);
    }
    signal.addEventListener('abort', giveUp);
  });
}

function ask(wire: Wire, request: PairingRequest): void {
  const topic = topicOf({ site: request.site, gateway: request.gateway, channel: 'pairing' });
  const send = (): void => {
    wire.publish(topic, JSON.stringify(request)).catch(() => undefined);
  };
  if (wire.connected) send();
  else wire.on('up', send);
}

function read(text: string): PairingAnswer {
  const answer = JSON.parse(text) as unknown;
  if (refusalParser.check(answer)) throw new AccessError('FORBIDDEN', REFUSED[answer.refusal]);
  return answerParser.parse(answer, 'the answer');
}
