import type { Command } from '../model/decision.ts';
import { AccessError } from '../model/errors.ts';
import { uuidv7 } from '../model/ids.ts';
import type { RecordRef } from '../model/record.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { CommandClaim, CommandRequest, CommandResult } from './engine.ts';
import type { Grants } from './grants.ts';
import type { Journal } from './journal.ts';
import type { Presence } from './presence/presence.ts';
import type { Store } from './store/store.ts';

/** Switching off is always allowed; the relay has this long to do it. Milliseconds. */
const OFF_LIFE = 10_000;
const MOST_OPEN = 1000;
/** How far back the log is searched for a command that was sent before a restart. */
const SEARCHED = 200;

export interface Commands {
  claim(request: CommandRequest): CommandClaim;
  record(result: CommandResult): Promise<RecordRef>;
}

interface Parts {
  grants: Grants;
  trust: ClockTrust;
  journal: Journal;
  store: Store;
  presence: Presence;
}

/** Commands to outputs: each is covered by a grant, except switching off (I3, I4, N1). */
export function createCommands({ grants, trust, journal, store, presence }: Parts): Commands {
  const open = new Map<string, Command>();

  function keep(command: Command): void {
    const oldest = open.size < MOST_OPEN ? undefined : open.keys().next().value;
    if (oldest !== undefined) open.delete(oldest);
    open.set(command.id, command);
  }

  /** The command as it was sent: from memory, or from the log of the time before a restart. */
  async function sentCommand(id: string): Promise<Command> {
    const known = open.get(id);
    if (known !== undefined) return known;
    const recent = await store.recentRecords('command', SEARCHED);
    const found = recent.find(({ body }) => body.id === id)?.body;
    if (found === undefined) throw new AccessError('NOT_FOUND', `No command ${id} was sent`);
    return found;
  }

  return {
    claim({ decision, output, action, duration }) {
      const life = action === 'off' ? OFF_LIFE : grants.claim(decision ?? '', output);
      if (action !== 'off') presence.driven(decision);
      const moment = trust.read();
      const command: Command = {
        id: uuidv7(moment.now),
        output,
        action,
        state: 'sent',
        at: moment.now,
        ...(decision === undefined ? {} : { decision }),
        ...(duration === undefined ? {} : { duration }),
      };
      keep(command);
      // The row of the decision is durable already, so the door does not wait for this one.
      journal.append('command', command, moment).catch(() => undefined);
      return { command, life };
    },
    async record({ command: id, state, error }) {
      const sent = await sentCommand(id);
      const moment = trust.read();
      open.delete(id);
      const ended: Command = { ...sent, state, at: moment.now };
      if (error === undefined) delete ended.error;
      else ended.error = error;
      return journal.append('command', ended, moment);
    },
  };
}
