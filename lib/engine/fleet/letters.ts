import type { Batch, BatchItem } from '../../link/sync/batch.ts';
import type { SharedKeys } from '../../link/sync/move.ts';
import { optional } from '../../model/optional.ts';
import type { Secrets } from '../secrets.ts';
import type { Composed } from '../store/sync/batches.ts';
import { writeSecrets } from '../sync/credential-secrets.ts';
import { sealSiteKeys, type Channel, type Exchange, type Pair } from '../sync/exchange.ts';
import type { Dialogue } from './dialogue.ts';

interface Parts {
  secrets: Secrets;
  exchange: Exchange;
}

/** What is written to gateways: whatever is secret is sealed for the one that it is for. */
export class Letters {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `after` is the batch that has to be there before it. */
  batch(
    { site, gateway }: Pair,
    { exchange: theirs, move }: Pick<Dialogue, 'exchange' | 'move'>,
    composed: Composed & { after: number },
  ): Batch {
    const pair = { site, gateway };
    const channel = this.#parts.exchange.channel(theirs, pair);
    const { number, after, version, items } = composed;
    return {
      kind: 'batch',
      ...pair,
      number,
      after,
      version,
      ...this.sharedKeys(pair, theirs),
      ...optional('move', move?.id),
      items: items.map((item) => this.#item(item, channel)),
    };
  }

  #item(
    { kind, id, value, secrets: stored }: Composed['items'][number],
    channel: Channel,
  ): BatchItem {
    if (value === undefined) return { drop: kind, id };
    const put = { put: kind, value } as BatchItem;
    if (stored === undefined || Object.keys(stored).length === 0) return put;
    const { secrets } = this.#parts;
    const opened = {
      ...(stored.pin && { pin: secrets.open(id, 'value', stored.pin) }),
      ...(stored.template && { template: secrets.open(id, 'template', stored.template) }),
      ...(stored.photo && { photo: secrets.open(id, 'photo', stored.photo) }),
      ...(stored.tokenKey && { tokenKey: secrets.open(id, 'tokenKey', stored.tokenKey) }),
    };
    return { ...put, secret: writeSecrets(channel, id, opened) } as BatchItem;
  }

  /** This server's key, and the keys by which credentials are found in its site. */
  sharedKeys({ site, gateway }: Pair, theirs: string): SharedKeys {
    const { secrets, exchange } = this.#parts;
    const channel = exchange.channel(theirs, { site, gateway });
    return { exchange: exchange.publicKey, keys: sealSiteKeys(channel, secrets.siteKeys()) };
  }
}
