/** Version of the protocol: the second level of every topic. Another version is another protocol. */
export const PROTOCOL = 1;

/** What a gateway sends, in the order of docs/link.md. */
export const UP = ['state', 'beat', 'report', 'records', 'receipts', 'checks', 'files'] as const;
/** What a server sends. */
export const DOWN = ['hello', 'acknowledgements', 'commands', 'batches', 'answers'] as const;
/** How a new gateway and a server get to know each other: asked by the gateway, answered by the server. */
export const PAIRING = ['pairing', 'paired'] as const;
export type UpChannel = (typeof UP)[number];
export type DownChannel = (typeof DOWN)[number];
export type Channel = UpChannel | DownChannel | (typeof PAIRING)[number];

const CHANNELS: ReadonlySet<string> = new Set([...UP, ...DOWN, ...PAIRING]);

export interface Topic {
  /** The site's id. */
  site: string;
  /** The gateway that sends or is addressed. */
  gateway: string;
  channel: Channel;
}

/** `gatewire/1/<site>/<gateway>/<channel>`; the names are percent-encoded, so that none makes a level or a wildcard. */
export function topicOf({ site, gateway, channel }: Topic): string {
  return ['gatewire', PROTOCOL, encode(site), encode(gateway), channel].join('/');
}

/** A filter for a broker's rules and a subscription: of one gateway, of all gateways of a site, or of all. */
export function filterOf(
  channel: Channel | '+',
  of?: string | { site: string; gateway: string },
): string {
  const { site, gateway } = typeof of === 'object' ? of : { site: of, gateway: undefined };
  const levels = [site, gateway].map((name) => (name === undefined ? '+' : encode(name)));
  return ['gatewire', PROTOCOL, ...levels, channel].join('/');
}

/** Takes a topic apart; undefined for any other topic. */
export function parseTopic(topic: string): Topic | undefined {
  const [root, version, site, gateway, channel, ...more] = topic.split('/');
  if (root !== 'gatewire' || version !== String(PROTOCOL) || more.length > 0) return undefined;
  if (channel === undefined || !CHANNELS.has(channel)) return undefined;
  const names = [site, gateway].map(decode);
  const [siteName, gatewayName] = names;
  if (siteName === undefined || gatewayName === undefined) return undefined;
  return { site: siteName, gateway: gatewayName, channel: channel as Channel };
}

function encode(name: string): string {
  return encodeURIComponent(name);
}

/** Only the one spelling that `encode` gives: two topics never mean the same gateway. */
function decode(level: string | undefined): string | undefined {
  try {
    const name = decodeURIComponent(level ?? '');
    return name !== '' && encode(name) === level ? name : undefined;
  } catch {
    return undefined;
  }
}
