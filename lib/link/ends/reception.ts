import { MAX_MESSAGE } from '../trust/envelope.ts';
import { parser } from '../../model/parse.ts';
import type { PairingDesk } from '../trust/pairing-desk.ts';
import { PairingRequest } from '../trust/pairing.ts';
import type { Roster } from '../trust/roster.ts';
import { filterOf, parseTopic, topicOf } from '../wire/topics.ts';
import type { Wire, WireMessage } from '../wire/wire.ts';

export interface ReceptionOptions {
  site: string;
  wire: Wire;
  desk: PairingDesk;
  roster: Roster;
  /** A gateway was taken in, or turned away. */
  onDecided: (gateway: string, refusal: string | undefined) => void;
}

const request = parser(PairingRequest);

/** Where new gateways ask to be taken in, over the wire. Returns how to close it. */
export function openReception(options: ReceptionOptions): () => void {
  const { site, wire } = options;
  wire.subscribe(filterOf('pairing', site));
  return wire.on('message', (message) => {
    // What fails here fails for a stranger, who may try again.
    takeIn(message, options).catch(() => undefined);
  });
}

/** Durable before it is said. */
async function takeIn(
  { topic, text, retained }: WireMessage,
  options: ReceptionOptions,
): Promise<void> {
  const parts = parseTopic(topic);
  if (parts?.channel !== 'pairing' || parts.site !== options.site || retained) return;
  if (text.length > MAX_MESSAGE) return;
  const asked = JSON.parse(text) as unknown;
  if (!request.check(asked) || asked.site !== parts.site || asked.gateway !== parts.gateway) return;
  const { gateway, key } = asked;
  const decided = await options.desk.take(asked);
  const welcome = 'answer' in decided ? decided : undefined;
  if (welcome !== undefined) {
    await options.roster.add({ gateway, key, password: welcome.password });
  }
  options.onDecided(gateway, 'refusal' in decided ? decided.refusal : undefined);
  const to = topicOf({ site: parts.site, gateway, channel: 'paired' });
  await options.wire.publish(to, JSON.stringify(welcome?.answer ?? decided));
}
