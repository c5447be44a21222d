import type { Clock } from '../../model/clock.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import { Dispatch } from '../fleet/dispatch.ts';
import type { FleetEngine } from '../fleet/fleet-engine.ts';
import { fleetMethods } from '../fleet/methods.ts';
import { Letters } from '../fleet/letters.ts';
import { MoveDesk } from '../fleet/move-desk.ts';
import { RevocationWatch } from '../fleet/watch.ts';
import type { FaceSettings } from '../faces/settings.ts';
import type { Journal } from '../journal.ts';
import type { GrantOpening } from '../opening.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import { Handover } from '../mastership/handover.ts';
import type { Mastership } from '../mastership/mastership.ts';
import type { Presence } from '../presence/presence.ts';
import type { Secrets } from '../secrets.ts';
import type { Site } from '../site.ts';
import type { SideState, Store } from '../store/store.ts';
import { createUsedTokens } from '../used-tokens.ts';
import type { Capture } from './capture.ts';
import { createStartCommand } from './commands.ts';
import { createExchange } from './exchange.ts';
import { Inventory } from './inventory.ts';
import { syncMethods } from './methods.ts';
import type { OwnFaces } from './own-faces.ts';
import { SyncState } from './state.ts';
import type { SyncEngine } from './sync-engine.ts';
import { Takeover } from './takeover.ts';

interface Parts {
  store: Store;
  secrets: Secrets;
  exchange: Uint8Array;
  side: SideState;
  clock: Clock;
  site: Site;
  journal: Journal;
  trust: ClockTrust;
  writer: PolicyWriter;
  administration: Administration;
  grantOpening: GrantOpening;
  presence: Presence;
  mastership: Mastership;
  capture: Capture;
  faces: Pick<FaceSettings, 'isShared' | 'isKeeping'>;
  ownFaces: OwnFaces;
}

/** Wires what an engine does on a link, as a gateway and as a server. */
export function assembleLink({ exchange: secret, ...parts }: Parts): SyncEngine & FleetEngine {
  const { secrets, side } = parts;
  const exchange = createExchange(secret);
  const state = new SyncState(secrets, side.settings);
  const used = createUsedTokens(side.usedTokens);
  const gateway = syncMethods({
    ...parts,
    exchange,
    state,
    takeover: new Takeover({ ...parts, exchange, state }),
    inventory: new Inventory({ ...parts, exchange, state }),
    handover: new Handover({ ...parts, exchange, state }),
    startCommand: createStartCommand({ ...parts, used, exchange, state }),
  });
  const letters = new Letters({ secrets, exchange });
  const moves = new MoveDesk({ ...parts, exchange, letters });
  const dispatch = new Dispatch({ ...parts, moves, letters });
  const watch = new RevocationWatch(parts);
  return { ...gateway, ...fleetMethods({ ...parts, exchange, dispatch, moves, watch }) };
}
