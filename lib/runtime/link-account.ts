import type { Address } from '../link/ends/gateway-end.ts';
import { userOf, type Guest } from '../link/wire/broker-rules.ts';
import type { MqttAccount } from '../link/wire/mqtt-account.ts';
import { optional } from '../model/optional.ts';

/** How a link reaches a broker, as it was set in the dialog. */
export interface BrokerAccess {
  url: string;
  version: 4 | 5;
  tls?: NonNullable<MqttAccount['tls']>;
  /** A user that the broker's administrator has made for this device. */
  user?: string;
  password?: string;
}

/** The account of a gateway: the broker's own user for it, else the one that the server's embedded broker knows. */
export function gatewayAccount(
  { user, password, ...access }: BrokerAccess,
  address: Address,
  own: { kind: Guest['kind']; password: string },
): MqttAccount {
  const clientId = userOf({ ...address, kind: own.kind });
  if (user === undefined) return { ...access, clientId, user: clientId, password: own.password };
  return { ...access, clientId, user, ...optional('password', password) };
}

export function serverAccount(access: BrokerAccess, site: string): MqttAccount {
  return { ...access, clientId: `server/${encodeURIComponent(site)}` };
}
