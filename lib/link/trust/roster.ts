import { createHash, timingSafeEqual, type KeyObject } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Id, Instant, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { publicKey } from './identity.ts';
import { PublicKey } from './pairing.ts';
import { readIfThere, replaceFile } from './safe-file.ts';

const Member = Type.Object(
  {
    gateway: Id,
    key: PublicKey,
    /** SHA-256 of the password at the broker, in base64url: the password itself has 256 bits. */
    password: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    pairedAt: Instant,
  },
  closed,
);
type Member = Static<typeof Member>;

interface Known {
  member: Member;
  key: KeyObject;
}

const members = parser(Type.Object({ gateways: Type.Array(Member) }, closed));

/** The gateways that a server has taken in, kept in one file. Whoever is not in it is nobody. */
export class Roster {
  readonly #file: string;
  readonly #members: Map<string, Known>;
  #written: Promise<void> = Promise.resolve();

  /** Throws INPUT_INVALID for a file that is not one of ours: no gateway may be forgotten by mistake. */
  constructor(file: string) {
    this.#file = file;
    const text = readIfThere(file);
    const { gateways } = members.parse(JSON.parse(text ?? '{"gateways":[]}'), file);
    this.#members = new Map(gateways.map((member) => [member.gateway, withKey(member)]));
  }

  get list(): readonly Pick<Member, 'gateway' | 'pairedAt'>[] {
    return [...this.#members.values()].map(({ member: { gateway, pairedAt } }) => ({
      gateway,
      pairedAt,
    }));
  }

  key(gateway: string): KeyObject | undefined {
    return this.#members.get(gateway)?.key;
  }

  isPassword(gateway: string, password: string): boolean {
    const known = this.#members.get(gateway);
    if (known === undefined) return false;
    return timingSafeEqual(digest(password), Buffer.from(known.member.password, 'base64url'));
  }

  /** Takes a gateway in, in the place of an older one of its name. It counts when this resolves. */
  async add({ password, ...member }: Omit<Member, 'pairedAt'>): Promise<void> {
    const kept = { ...member, password: digest(password).toString('base64url') };
    const entry = withKey({ ...kept, pairedAt: Date.now() });
    await this.#replace((known) => known.set(member.gateway, entry));
  }

  /** Counts at once: nothing that the gateway signs is believed any more. */
  async remove(gateway: string): Promise<void> {
    this.#members.delete(gateway);
    await this.#replace((known) => known.delete(gateway));
  }

  /** One change after the other; what is taken in counts after it was written. */
  #replace(change: (known: Map<string, Known>) => void): Promise<void> {
    const done = this.#written.then(async () => {
      const known = new Map(this.#members);
      change(known);
      const gateways = [...known.values()].map(({ member }) => member);
      await replaceFile(this.#file, `${JSON.stringify({ gateways }, undefined, 1)}\n`);
      change(this.#members);
    });
    this.#written = done.catch(() => undefined);
    return done;
  }
}

function withKey(member: Member): Known {
  return { member, key: publicKey(member.key) };
}

function digest(password: string): Buffer {
  return createHash('sha256').update(password, 'utf8').digest();
}
