import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { GatewayEnd } from '../../lib/link/ends/gateway-end.ts';
import { ServerEnd } from '../../lib/link/ends/server-end.ts';
import type { Wire, WireEvents } from '../../lib/link/wire/wire.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { createEmitter } from '../../lib/model/emitter.ts';
import { AccessError } from '../../lib/model/errors.ts';

/** A broker in memory: delivers in the next turn, and can be cut, so that nothing depends on a network. */
export class MemoryBroker {
  readonly #wires = new Set<MemoryWire>();
  readonly #retained = new Map<string, string>();

  wire(): MemoryWire {
    const wire = new MemoryWire(this);
    this.#wires.add(wire);
    return wire;
  }

  take(topic: string, text: string, retain: boolean): void {
    if (retain) this.#retained.set(topic, text);
    for (const wire of this.#wires) wire.deliver({ topic, text, retained: false });
  }

  replay(wire: MemoryWire): void {
    for (const [topic, text] of this.#retained) wire.deliver({ topic, text, retained: true });
  }
}

export class MemoryWire implements Wire {
  readonly #broker: MemoryBroker;
  readonly #events = createEmitter<WireEvents>();
  readonly on: Wire['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #filters: RegExp[] = [];
  connected = false;

  constructor(broker: MemoryBroker) {
    this.#broker = broker;
  }

  /** The cable is plugged in. */
  connect(): void {
    if (this.connected) return;
    this.connected = true;
    this.#events.emit('up', undefined);
    this.#broker.replay(this);
  }

  /** The cable is pulled: what was on its way is lost. */
  cut(): void {
    if (!this.connected) return;
    this.connected = false;
    this.#events.emit('down', { reason: 'cut' });
  }

  async publish(topic: string, text: string, { retain = false } = {}): Promise<void> {
    if (!this.connected) throw new AccessError('LINK_DOWN', 'the wire is cut');
    await Promise.resolve();
    this.#broker.take(topic, text, retain);
  }

  subscribe(filter: string): void {
    const escaped = filter.replaceAll(/[.*?^${}()|[\]\\]/g, String.raw`\$&`);
    this.#filters.push(new RegExp(`^${escaped.replaceAll('+', '[^/]+').replace('#', '.*')}$`));
  }

  deliver(message: WireEvents['message']): void {
    setImmediate(() => {
      if (!this.connected || !this.#filters.some((filter) => filter.test(message.topic))) return;
      this.#events.emit('message', message);
    });
  }

  close(): Promise<void> {
    this.cut();
    return Promise.resolve();
  }
}

export interface LinkPair {
  broker: MemoryBroker;
  server: ServerEnd;
  gateways: GatewayEnd[];
  /** The server's own key, for letters that its end would not write. */
  serverKey: KeyObject;
  /** Of the server, then of the gateways. */
  wires: MemoryWire[];
  /** Pulls all cables and stops all beats. */
  close(): void;
}

/** A server and gateways with keys of their own, connected through memory. */
export function linkPair({ site = 'park', names = ['north'], clock = systemClock } = {}): LinkPair {
  const broker = new MemoryBroker();
  const serverKeys = generateKeyPairSync('ed25519');
  const wires = [broker.wire(), ...names.map(() => broker.wire())] as const;
  const keys = new Map(names.map((name) => [name, generateKeyPairSync('ed25519')]));
  const server = new ServerEnd({
    site,
    wire: wires[0],
    key: serverKeys.privateKey,
    gatewayKey: (gateway) => keys.get(gateway)?.publicKey,
    clock,
  });
  const gateways = [...keys].map(([gateway, { privateKey: key }], index) => {
    const wire = wires[index + 1] ?? broker.wire();
    const address = { site, gateway };
    return new GatewayEnd({ address, wire, key, serverKeys: () => [serverKeys.publicKey], clock });
  });
  for (const wire of wires) wire.connect();
  const close = (): void => {
    for (const wire of wires) wire.cut();
    for (const end of [server, ...gateways]) end.close();
  };
  return { broker, server, gateways, wires: [...wires], serverKey: serverKeys.privateKey, close };
}
