import type { BatchLetter } from '../../link/sync/batch.ts';
import type { RemoteCommand } from '../../link/ends/command.ts';
import type { LetterAnswer } from '../../link/sync/receipt.ts';
import type { Report } from '../../link/sync/report.ts';
import type { Decision } from '../../model/decision.ts';
import type { ErasureReceipt } from '../faces/interface.ts';

/** Who this gateway is on its link. */
export interface GatewayAddress {
  site: string;
  gateway: string;
}

/** What has come of a command in the engine. */
export interface CommandOutcome {
  /** Of `open`: the grant that a relay may honour once. */
  decision?: Decision;
  /** Of `erase`: what went, and what is left (N15). */
  erased?: ErasureReceipt;
}

/** What the engine of a gateway does with a server. */
export interface SyncEngine {
  /** What the server has to know of this gateway; the version of the program stands in it too. */
  syncReport(query: { program: string }): Promise<Report>;
  /**
   * Takes over a batch, in one transaction, or answers a question about what is held here; on the way to another
   * master, shows items in full and ends the way. Resolves when that is committed. Rejects with INPUT_INVALID for a
   * letter that is malformed or for somebody else.
   */
  takeLetter(query: { address: GatewayAddress; letter: BatchLetter }): Promise<LetterAnswer>;
  /**
   * Notes durably that a command of the server is being carried out, and does what is the engine's of it. Rejects with
   * COMMAND_USED for a command that was noted before, NOT_FOUND for an unknown access point, CONFLICT for a person
   * who is still needed.
   */
  startCommand(query: { command: RemoteCommand }): Promise<CommandOutcome>;
  /**
   * Ends the way to the master `local` without the server, which is gone for ever: what is held here counts. Recorded
   * with its reason. Rejects with CONFLICT unless the site is on that way (N14).
   */
  takeMastership(query: { author: string; reason: string }): Promise<void>;
}
