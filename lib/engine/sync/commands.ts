import type { Order, RemoteCommand } from '../../link/ends/command.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { ErasePerson } from '../faces/erasure.ts';
import type { Journal } from '../journal.ts';
import type { GrantOpening } from '../opening.ts';
import type { Presence } from '../presence/presence.ts';
import type { Site } from '../site.ts';
import type { UsedTokens } from '../used-tokens.ts';
import type { Capture } from './capture.ts';
import type { Exchange } from './exchange.ts';
import type { SyncState } from './state.ts';
import type { CommandOutcome } from './sync-engine.ts';

/** When a command is over at the latest, in milliseconds; what was used is remembered a day longer. */
const REMEMBERED = 60_000;

interface Parts {
  used: UsedTokens;
  site: Site;
  trust: ClockTrust;
  journal: Journal;
  grantOpening: GrantOpening;
  presence: Presence;
  erasePerson: ErasePerson;
  capture: Capture;
  exchange: Exchange;
  state: SyncState;
}

/** Notes a command durably, then carries it out as far as that is the engine's: once, whatever happens (N1, I4). */
export type StartCommand = (command: RemoteCommand) => Promise<CommandOutcome>;

export function createStartCommand(parts: Parts): StartCommand {
  const { used, site, trust, journal } = parts;
  return async (command) => {
    const { id, order } = command;
    const name = `command ${id}`;
    if (used.has(name)) {
      throw new AccessError('COMMAND_USED', `The command ${id} was carried out before`);
    }
    checkPlace(order, site);
    const moment = trust.read();
    const write = used.use(name, moment.now + REMEMBERED, moment.now);
    await journal.event(commandEvent(command), moment, [write]);
    return carryOut(command, parts);
  };
}

async function carryOut(
  { id, order, author, reason }: RemoteCommand,
  parts: Parts,
): Promise<CommandOutcome> {
  switch (order.kind) {
    case 'open':
      return {
        decision: await parts.grantOpening({ accessPoint: order.accessPoint, cause: 'command' }),
      };
    case 'forgive':
      await parts.presence.forgive({
        author,
        ...optional('person', order.person),
        ...optional('reason', reason),
      });
      return {};
    case 'erase':
      return { erased: await erase(order, author, parts) };
    case 'capture':
      arm(id, order, parts);
      return {};
    case 'mode':
      return {}; // doors are no business of the engine
  }
}

function erase(
  { person, what = 'person' }: Extract<Order, { kind: 'erase' }>,
  author: string,
  { erasePerson }: Parts,
): ReturnType<ErasePerson> {
  return erasePerson({ person, what, author });
}

function arm(
  command: string,
  { accessPoint, seconds }: Extract<Order, { kind: 'capture' }>,
  { capture, exchange, state }: Parts,
): void {
  const { server } = state.position;
  if (server === undefined) {
    throw new AccessError('CONFLICT', 'the server has not yet said how it can be written to');
  }
  capture.arm(accessPoint, seconds, {
    command,
    channel: exchange.channel(server.exchange, server),
  });
}

function checkPlace(order: Order, site: Site): void {
  if (!('accessPoint' in order) || site.accessPoint(order.accessPoint) !== undefined) return;
  throw new AccessError('NOT_FOUND', `The access point ${order.accessPoint} is not configured`);
}

function commandEvent({ id, order, author, reason }: RemoteCommand): EventEntry {
  const { kind, ...target } = order;
  const details = { command: id, order: kind, ...target, ...optional('reason', reason) };
  return { category: 'administration', code: 'remoteCommand', author, details };
}
