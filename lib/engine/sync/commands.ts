import type { Order, RemoteCommand } from '../../link/command.ts';
import type { Decision } from '../../model/decision.ts';
import { AccessError } from '../../model/errors.ts';
import type { EventEntry } from '../../model/record.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { GrantOpening } from '../opening.ts';
import type { Site } from '../site.ts';
import type { UsedTokens } from '../used-tokens.ts';

/** When a command is over at the latest, in milliseconds; what was used is remembered a day longer. */
const REMEMBERED = 60_000;

interface Parts {
  used: UsedTokens;
  site: Site;
  trust: ClockTrust;
  journal: Journal;
  grantOpening: GrantOpening;
}

/** Notes a command durably, then lets it be carried out: once, whatever happens in between (N1, I4). */
export type StartCommand = (command: RemoteCommand) => Promise<Decision | undefined>;

export function createStartCommand(parts: Parts): StartCommand {
  const { used, site, trust, journal, grantOpening } = parts;
  return async (command) => {
    const { id, order } = command;
    const name = `command ${id}`;
    if (used.has(name))
      throw new AccessError('COMMAND_USED', `The command ${id} was carried out before`);
    checkPlace(order, site);
    const moment = trust.read();
    const write = used.use(name, moment.now + REMEMBERED, moment.now);
    await journal.event(commandEvent(command), moment, [write]);
    if (order.kind !== 'open') return undefined;
    return grantOpening({ accessPoint: order.accessPoint, cause: 'command' });
  };
}

function checkPlace(order: Order, site: Site): void {
  if (!('accessPoint' in order) || site.accessPoint(order.accessPoint) !== undefined) return;
  throw new AccessError('NOT_FOUND', `The access point ${order.accessPoint} is not configured`);
}

function commandEvent({ id, order, author, reason }: RemoteCommand): EventEntry {
  const { kind, ...target } = order;
  const details = { command: id, order: kind, ...target, ...(reason !== undefined && { reason }) };
  return { category: 'administration', code: 'remoteCommand', author, details };
}
