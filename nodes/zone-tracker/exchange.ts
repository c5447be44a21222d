import Type, { type Static } from 'typebox';
import type { Engine, SharedBatch } from '../../lib/engine/engine.ts';
import { batch } from '../../lib/engine/presence/requests.ts';
import { Id, closed } from '../../lib/model/fields.ts';
import { parser } from '../../lib/model/parse.ts';
import type { SharingSettings } from './zone-tracker.config.ts';

const Seq = Type.Integer({ minimum: 0 });
const Heartbeat = Type.Object({ share: Type.Literal('heartbeat'), gateway: Id, upTo: Seq }, closed);
/** `gateway` asks `of` for everything after a number. */
const Wanted = Type.Object(
  { share: Type.Literal('wanted'), gateway: Id, of: Id, after: Seq },
  closed,
);
const heartbeat = parser(Heartbeat);
const wanted = parser(Wanted);

/** What gateways tell each other, over whatever wire: plain JSON that may be lost, doubled and come in any order. */
export type ShareMessage =
  Static<typeof Heartbeat> | Static<typeof Wanted> | ({ share: 'passages' } & SharedBatch);

/** Passages in one message. */
const PORTION = 200;

interface Parts {
  engine: Engine;
  settings: SharingSettings;
  send: (message: ShareMessage) => void;
  /** Another gateway came into reach or went out of it. */
  onMissing: (missing: readonly string[]) => void;
  onError: (error: unknown) => void;
}

/**
 * Keeps the other gateways informed, and is informed by them. What a message loses, the next sign of life brings to
 * light, and it is asked for again.
 */
export class Exchange {
  readonly #parts: Parts;
  readonly #timer: NodeJS.Timeout;
  /** Up to here everything has been sent; undefined until the engine has told where it stands. */
  #sent: number | undefined;
  #missing = '';
  #pumping: Promise<void> | undefined;
  #again = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.beat(), parts.settings.heartbeat);
  }

  /** Tells the engine with whom positions are shared; to be called whenever the engine has started. */
  async begin(): Promise<void> {
    await this.#look();
    const { upTo } = await this.#parts.engine.ownPassages({ limit: 1 });
    this.#sent ??= upTo;
    await this.beat();
  }

  /** Something was recorded here: it goes out at once. */
  pump(): Promise<void> {
    this.#again = true;
    this.#pumping ??= this.#send().finally(() => {
      this.#pumping = undefined;
    });
    return this.#pumping;
  }

  async receive(payload: object): Promise<void> {
    const { share: kind, ...rest } = payload as { share?: unknown };
    if (kind === 'heartbeat') await this.#heard(heartbeat.parse(payload, 'msg.payload'));
    else if (kind === 'wanted') await this.#asked(wanted.parse(payload, 'msg.payload'));
    else await this.#told(batch.parse(rest, 'msg.payload'));
  }

  /** A sign of life, after everything that it says is known. Silence is the sign that something is wrong. */
  async beat(): Promise<void> {
    try {
      await this.#look();
      await this.pump();
    } catch (error) {
      this.#parts.onError(error);
      return;
    }
    const { gateway } = this.#parts.settings;
    if (this.#sent !== undefined) {
      this.#parts.send({ share: 'heartbeat', gateway, upTo: this.#sent });
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Says with whom positions are shared, and hears who is out of reach. */
  async #look(): Promise<void> {
    const { gateway, peers, limit } = this.#parts.settings;
    const config = { gateway, peers: [...peers], limit };
    const { missing } = await this.#parts.engine.configureSharing(config);
    this.#tell(missing);
  }

  async #send(): Promise<void> {
    while (this.#again && this.#sent !== undefined) {
      this.#again = false;
      const own = await this.#parts.engine.ownPassages({ after: this.#sent, limit: PORTION });
      if (own.passages.length === 0) continue;
      this.#sent = own.upTo;
      this.#again = true;
      this.#parts.send({ share: 'passages', ...own });
    }
  }

  async #heard({ gateway, upTo }: Static<typeof Heartbeat>): Promise<void> {
    if (!this.#isPeer(gateway)) return;
    const { known, missing } = await this.#parts.engine.heardGateway({ gateway, upTo });
    this.#tell(missing);
    this.#askFor(gateway, known[gateway] ?? 0, upTo);
  }

  async #told(own: SharedBatch): Promise<void> {
    if (!this.#isPeer(own.gateway)) return;
    const { known, missing } = await this.#parts.engine.acceptPassages(own);
    this.#tell(missing);
    this.#askFor(own.gateway, known[own.gateway] ?? 0, own.upTo);
  }

  async #asked({ of, after }: Static<typeof Wanted>): Promise<void> {
    if (of !== this.#parts.settings.gateway) return;
    const own = await this.#parts.engine.ownPassages({ after, limit: PORTION });
    if (own.passages.length > 0) this.#parts.send({ share: 'passages', ...own });
    if (own.passages.length === PORTION) await this.beat(); // whoever asked sees that there is more
  }

  #askFor(of: string, known: number, upTo: number): void {
    if (known >= upTo) return;
    const { gateway } = this.#parts.settings;
    this.#parts.send({ share: 'wanted', gateway, of, after: known });
  }

  /** On a wire that all gateways listen to everybody hears themselves, too. */
  #isPeer(gateway: string): boolean {
    return this.#parts.settings.peers.includes(gateway);
  }

  #tell(missing: readonly string[]): void {
    const names = missing.join(' ');
    if (names === this.#missing) return;
    this.#missing = names;
    this.#parts.onMissing(missing);
  }
}
