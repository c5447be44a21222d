import type { Engine } from '../engine/engine.ts';
import type { ForeignDecision } from '../engine/online/online.ts';
import type { ServerEnd } from '../link/ends/server-end.ts';
import type { Forget } from '../link/online/checks.ts';
import { systemClock } from '../model/clock.ts';
import { optional } from '../model/optional.ts';

/** A grant that a gateway may repeat. */
interface Kept {
  person: string;
  accessPoint: string;
  tag: string | undefined;
  /** Monotonic. */
  until: number;
}

/**
 * What gateways may repeat without asking, at the server: after every change of rights it is looked through, and what
 * would not be granted any more is taken back. What this process does not know of, from before its start or from
 * before a gap of the connection, is taken back altogether.
 */
export class KeptOut {
  readonly #server: ServerEnd;
  readonly #engine: Engine;
  readonly #kept = new Map<string, Kept[]>();
  readonly #known = new Set<string>();
  readonly #stops: (() => void)[];

  constructor(server: ServerEnd, engine: Engine) {
    this.#server = server;
    this.#engine = engine;
    this.#stops = [
      engine.on('policy', () => void this.#lookThrough()),
      server.on('beat', ({ gateway }) => {
        this.greet(gateway);
      }),
      server.on('down', () => {
        this.#known.clear();
        this.#kept.clear();
      }),
    ];
  }

  /** A gateway is there: what it may hold from before is taken back, once. Call this before any answer to it. */
  greet(gateway: string): void {
    if (this.#known.has(gateway)) return;
    this.#known.add(gateway);
    this.#takeBack(gateway);
  }

  note(gateway: string, { decision, keep }: ForeignDecision): void {
    const { person, accessPoint, tag } = decision;
    if (keep === undefined || person === undefined || accessPoint === undefined) return;
    const now = systemClock.monotonic();
    const others = (this.#kept.get(gateway) ?? []).filter(({ until }) => until > now);
    this.#kept.set(gateway, [
      ...others,
      { person: person.id, accessPoint, tag, until: now + keep },
    ]);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #lookThrough(): Promise<void> {
    for (const [gateway, kept] of [...this.#kept]) {
      for (const one of kept) {
        if (await this.#stands(one)) continue;
        const rest = this.#kept.get(gateway) ?? [];
        this.#kept.set(
          gateway,
          rest.filter(({ person }) => person !== one.person),
        );
        this.#takeBack(gateway, one.person);
      }
    }
  }

  /** In doubt a kept answer has to go: the gateway asks again. */
  async #stands({ person, accessPoint, tag }: Kept): Promise<boolean> {
    try {
      const { outcome } = await this.#engine.explain({ person, accessPoint });
      if (outcome !== 'granted' || tag === undefined) return outcome === 'granted';
      const [credential] = await this.#engine.find({ kind: 'credential', id: tag });
      return credential?.person === person && (credential.status ?? 'active') === 'active';
    } catch {
      return false;
    }
  }

  #takeBack(gateway: string, person?: string): void {
    const { site } = this.#server;
    const forget: Forget = { kind: 'forget', site, gateway, ...optional('person', person) };
    // A gateway that is away forgets by itself when it is back.
    this.#server.send(gateway, 'answers', forget).catch(() => undefined);
  }
}
