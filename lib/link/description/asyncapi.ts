import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { Envelope } from '../trust/envelope.ts';
import { publicText } from '../trust/identity.ts';
import { labelOf, sealLetter } from '../trust/letter.ts';
import { PAIRING, PROTOCOL, UP, type Channel } from '../wire/topics.ts';
import { MESSAGES, type Described } from './messages.ts';

/** An Ed25519 private key as PKCS #8, before its 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Keys for the examples alone: everybody has them. */
function exampleKey(name: string): KeyObject {
  const seed = createHash('sha256').update(`gatewire example ${name}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

const KEYS = { gateway: exampleKey('gateway'), server: exampleKey('server') };

const DESCRIPTION = `The protocol between a gateway at the doors and its server, over any MQTT 3.1.1 or 5 broker.

Connect with a clean session; publish and subscribe with QoS 1; keep nothing (no retained messages) but \`state\`.
Names of sites and gateways are percent-encoded in topics. A message has at most 256 KiB.

Every message but those of the pairing is an envelope: \`content\` is JSON text, and \`signature\` is Ed25519 over the
bytes of \`<label>:<content>\` in UTF-8, as base64url without padding. The label is given with each message, so that a
signature on one channel never counts on another. A gateway signs what goes up with its key and the server what goes
down with its own; the keys were exchanged when they were paired. The signatures of the examples are real: they fit the keys
in \`x-example-keys\` (the 32 bytes of an Ed25519 public key in base64url).`;

/** The protocol as an AsyncAPI 3.0 document, from the side of a gateway. The same sources always give the same text. */
export function asyncApi(version: string): object {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Gatewire link', version, description: DESCRIPTION },
    'x-example-keys': { gateway: publicText(KEYS.gateway), server: publicText(KEYS.server) },
    defaultContentType: 'application/json',
    channels: each(channelOf),
    operations: each(operationOf),
    components: { messages: each(messageOf), schemas: each(({ schema }) => schema) },
  };
}

function each(make: (described: Described) => object): Record<string, object> {
  return Object.fromEntries(MESSAGES.map((described) => [described.channel, make(described)]));
}

function channelOf({ channel, summary }: Described): object {
  return {
    address: `gatewire/${String(PROTOCOL)}/{site}/{gateway}/${channel}`,
    summary,
    parameters: {
      site: { description: 'Id of the site, percent-encoded.' },
      gateway: { description: 'Name of the gateway, percent-encoded.' },
    },
    messages: { [channel]: { $ref: `#/components/messages/${channel}` } },
  };
}

function operationOf({ channel }: Described): object {
  return {
    action: isUp(channel) ? 'send' : 'receive',
    channel: { $ref: `#/channels/${channel}` },
    messages: [{ $ref: `#/channels/${channel}/messages/${channel}` }],
    bindings: { mqtt: { qos: 1, retain: channel === 'state' } },
  };
}

function messageOf({ channel, summary, examples }: Described): object {
  const schema = { $ref: `#/components/schemas/${channel}` };
  if (isPairing(channel)) {
    return { summary, payload: schema, examples: examples.map((payload) => ({ payload })) };
  }
  const key = isUp(channel) ? KEYS.gateway : KEYS.server;
  const { content, signature } = Envelope.properties;
  const text = { ...content, contentMediaType: 'application/json', contentSchema: schema };
  return {
    summary,
    description: `Signed under the label \`${labelOf(channel)}\`.`,
    payload: { ...Envelope, properties: { content: text, signature } },
    examples: examples.map((content) => ({
      payload: JSON.parse(sealLetter(channel, content, key)) as unknown,
    })),
  };
}

function isUp(channel: Channel): boolean {
  return channel === 'pairing' || UP.some((name) => name === channel);
}

function isPairing(channel: Channel): boolean {
  return PAIRING.some((name) => name === channel);
}
