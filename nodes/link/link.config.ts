import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isBrokerUrl } from '../../lib/link/wire/mqtt-account.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { optional } from '../../lib/model/optional.ts';
import { Id } from '../../lib/model/fields.ts';
import { parser } from '../../lib/model/parse.ts';
import { LINK_ROLES } from '../../lib/runtime/link.ts';
import type { BrokerAccess } from '../../lib/runtime/link-account.ts';
import type { ServerBroker } from '../../lib/runtime/server-host.ts';
import type { Settings } from '../../lib/runtime/settings.ts';

export interface GatewayConfig {
  site: string;
  role: 'gateway';
  gateway: string;
  broker: BrokerAccess;
}

export interface ServerConfig {
  site: string;
  role: 'server';
  broker: ServerBroker;
}

export type LinkConfig = GatewayConfig | ServerConfig;

/** What Node-RED keeps apart from the flow: the user that a broker's administrator has made. */
export interface LinkSecrets {
  user?: string;
  password?: string;
}

const VERSIONS = { '3.1.1': 4, '5': 5 } as const;
const VERSION_NAMES = ['3.1.1', '5'] as const;

const idParser = parser(Id);

/** Checks the saved settings. Relative files are meant from Node-RED's user folder. */
export function normalise(settings: Settings, userDir: string): LinkConfig {
  const site = settings.text('site');
  const role = settings.choice('role', LINK_ROLES, 'gateway');
  if (role === 'server') return { site, role, broker: serverBroker(settings, userDir) };
  const gateway = idParser.parse(settings.text('gateway'), 'gateway');
  return { site, role, gateway, broker: brokerAccess(settings, userDir) };
}

/** Adds the secrets, which Node-RED hands out apart from the settings. */
export function withSecrets(broker: BrokerAccess, { user, password }: LinkSecrets): BrokerAccess {
  if (!user) return broker;
  return { ...broker, user, ...optional('password', password) };
}

/** The same for a server, whose own broker makes its users itself. */
export function withServerSecrets(broker: ServerBroker, secrets: LinkSecrets): ServerBroker {
  return 'external' in broker ? { external: withSecrets(broker.external, secrets) } : broker;
}

function serverBroker(settings: Settings, userDir: string): ServerBroker {
  if (settings.choice('broker', ['embedded', 'external'], 'embedded') === 'external') {
    return { external: brokerAccess(settings, userDir) };
  }
  const cert = pem(settings, 'certificate', userDir);
  const key = pem(settings, 'key', userDir);
  if ((cert === undefined) !== (key === undefined)) {
    throw new AccessError(
      'CONFIG_INVALID',
      'a certificate needs its key, and a key its certificate',
    );
  }
  return {
    embedded: {
      host: settings.text('host', '127.0.0.1'),
      port: settings.number('port', { min: 0, max: 65_535, fallback: 1883 }),
      ...(cert === undefined || key === undefined ? {} : { tls: { cert, key } }),
    },
  };
}

function brokerAccess(settings: Settings, userDir: string): BrokerAccess {
  const url = settings.text('url');
  if (!isBrokerUrl(url)) {
    throw new AccessError('CONFIG_INVALID', 'url must be mqtt://host:port or mqtts://host:port');
  }
  return {
    url,
    version: VERSIONS[settings.choice('version', VERSION_NAMES, '3.1.1')],
    tls: {
      ...optional('ca', pem(settings, 'ca', userDir)),
      ...optional('cert', pem(settings, 'certificate', userDir)),
      ...optional('key', pem(settings, 'key', userDir)),
    },
  };
}

function pem(settings: Settings, field: string, userDir: string): string | undefined {
  const file = settings.optionalText(field);
  if (file === undefined) return undefined;
  try {
    return readFileSync(path.resolve(userDir, file), 'utf8');
  } catch (error) {
    throw new AccessError('CONFIG_INVALID', `${field} "${file}" cannot be read`, { cause: error });
  }
}
