import Type, { type Static } from 'typebox';
import type { Batch } from '../../link/sync/batch.ts';
import { ExchangeKey } from '../../link/trust/exchange-key.ts';
import { Id } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import type { Secrets } from '../secrets.ts';
import type { SideWrite } from '../store/store.ts';

const POSITION_SETTING = 'sync';
const KEYS_SETTING = 'siteKeys';
/** What the sealed keys are bound to; they are no credential's. */
const KEYS_OWNER = 'site';

const Count = Type.Integer({ minimum: 0 });
/** How far this gateway is with what the server has sent. */
const Position = Type.Object({
  number: Count,
  version: Count,
  /** The server's key and who this gateway is to it, since the first batch. */
  server: Type.Optional(Type.Object({ exchange: ExchangeKey, site: Id, gateway: Id })),
});
export type Position = Static<typeof Position>;

const position = parser(Position);

/** Where a gateway is once it has taken over a batch. */
export function positionAfter({ number, version, exchange, site, gateway }: Batch): Position {
  return { number, version, server: { exchange, site, gateway } };
}

/** What a gateway remembers of its server. Every change is committed by whoever writes `save` and `saveKeys`. */
export class SyncState {
  readonly #secrets: Secrets;
  position: Position = { number: 0, version: 0 };

  /** Takes up what was committed last; from then on credentials are found with the keys of the site. */
  constructor(secrets: Secrets, settings: Readonly<Record<string, string>>) {
    this.#secrets = secrets;
    const stored: unknown = JSON.parse(settings[POSITION_SETTING] ?? 'null');
    if (position.check(stored)) this.position = stored;
    const sealed = settings[KEYS_SETTING];
    if (sealed === undefined) return;
    secrets.adoptSiteKeys(secrets.open(KEYS_OWNER, 'siteKeys', Buffer.from(sealed, 'base64')));
  }

  save(next: Position): SideWrite {
    return { kind: 'setting', key: POSITION_SETTING, value: JSON.stringify(next) };
  }

  /** Whether these are the keys with which credentials are found already. */
  hasKeys(keys: Uint8Array): boolean {
    return Buffer.from(this.#secrets.siteKeys()).equals(keys);
  }

  saveKeys(keys: Uint8Array): SideWrite {
    const sealed = this.#secrets.seal(KEYS_OWNER, 'siteKeys', keys);
    return { kind: 'setting', key: KEYS_SETTING, value: Buffer.from(sealed).toString('base64') };
  }
}
