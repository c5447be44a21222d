import type { KeyObject } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Id, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import type { Address } from '../ends/gateway-end.ts';
import { publicKey } from './identity.ts';
import { PublicKey } from './pairing.ts';
import { readIfThere, replaceFile } from './safe-file.ts';

const Knowledge = Type.Object(
  {
    site: Id,
    gateway: Id,
    key: PublicKey,
    /** Of this gateway at the server's own broker. */
    password: Type.String({ minLength: 1, maxLength: 128 }),
  },
  closed,
);
type Knowledge = Static<typeof Knowledge>;

const knowledge = parser(Knowledge);

/** What a gateway knows of its server since they were paired, kept in one file. */
export class KnownServer {
  readonly #file: string;
  #known: (Knowledge & { keys: readonly KeyObject[] }) | undefined;

  /** Knows nothing if the file is of another gateway: with a new name it has to be paired anew. */
  constructor(file: string, { site, gateway }: Address) {
    this.#file = file;
    const text = readIfThere(file);
    if (text === undefined) return;
    const known = knowledge.parse(JSON.parse(text), file);
    if (known.site === site && known.gateway === gateway) this.#take(known);
  }

  /** Empty before the pairing: then nothing counts. */
  get keys(): readonly KeyObject[] {
    return this.#known?.keys ?? [];
  }

  get password(): string | undefined {
    return this.#known?.password;
  }

  /** Counts from now on, and durably when this resolves. */
  async learn(known: Knowledge): Promise<void> {
    await replaceFile(this.#file, `${JSON.stringify(known, undefined, 1)}\n`);
    this.#take(known);
  }

  #take(known: Knowledge): void {
    this.#known = { ...known, keys: [publicKey(known.key)] };
  }
}
