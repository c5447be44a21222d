import net from 'node:net';
import tls from 'node:tls';
import { GuardedSocket } from './packet-guard.ts';

/** How a device connects to a broker. */
export interface MqttAccount {
  /** `mqtt://host:1883` or `mqtts://host:8883`. */
  url: string;
  /** One per device: the broker ends an older connection of the same name. */
  clientId: string;
  user?: string;
  password?: string;
  /** 4 is MQTT 3.1.1, 5 is MQTT 5. */
  version: 4 | 5;
  /** PEM texts: who may sign the broker's certificate, and the device's own certificate with its key. */
  tls?: { ca?: string; cert?: string; key?: string };
}

const PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/** Whether an address has one of the forms of `MqttAccount.url`. */
export function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, pathname, search } = new URL(text);
  const isBare = username === '' && search === '' && ['', '/'].includes(pathname);
  return protocol in PORTS && hostname !== '' && isBare;
}

/** Opens the connection to the broker of an account. Always checks the broker's certificate where there is one. */
export function openSocket({ url, tls: secrets = {} }: MqttAccount): GuardedSocket {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const address = { host, port: port === '' ? (PORTS[protocol] ?? 0) : Number(port) };
  if (protocol === 'mqtt:') return new GuardedSocket(net.connect(address));
  const name = net.isIP(host) === 0 ? { servername: host } : {};
  return new GuardedSocket(tls.connect({ ...address, ...name, ...secrets, minVersion: 'TLSv1.2' }));
}
