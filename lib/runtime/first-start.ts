/**
 * What a set-up program hands to the first start of an installation, so that nobody has to open a dialog to pair two
 * machines: at a server the gateway that is expected and its one-time code, at a gateway the code. Each is read once
 * and then gone from the environment, so that no other process inherits it.
 */
export function expectedGateway(): { gateway: string; code: string } | undefined {
  const [gateway, code] = (taken('GATEWIRE_INVITATION') ?? '').split(' ');
  return gateway && code ? { gateway, code } : undefined;
}

/** The one-time code of the server that this gateway belongs to. */
export function codeOfServer(): string | undefined {
  return taken('GATEWIRE_PAIRING_CODE');
}

function taken(name: string): string | undefined {
  const value = process.env[name];
  Reflect.deleteProperty(process.env, name);
  return value === '' ? undefined : value;
}
