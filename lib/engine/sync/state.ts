import Type, { type Static } from 'typebox';
import { parser } from '../../model/parse.ts';
import type { Secrets } from '../secrets.ts';
import type { SideWrite } from '../store/store.ts';

const POSITION_SETTING = 'sync';
const KEYS_SETTING = 'siteKeys';
/** What the sealed keys are bound to; they are no credential's. */
const KEYS_OWNER = 'site';

const Count = Type.Integer({ minimum: 0 });
/** How far this gateway is with what the server has sent. */
const Position = Type.Object({ number: Count, version: Count });
export type Position = Static<typeof Position>;

const position = parser(Position);

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

  save({ number, version }: Position): SideWrite {
    const value = JSON.stringify({ number, version } satisfies Position);
    return { kind: 'setting', key: POSITION_SETTING, value };
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
