import type { Clock } from '../model/clock.ts';

import { AccessError } from '../model/errors.ts';
import type { EventEntry } from '../model/record.ts';
import type { Policy } from '../policy/policy.ts';
import { createAdministration, type Administration } from './administration.ts';
import { openClockKeeper } from './clock-memory.ts';
import { createClockTrust, type ClockTrust } from './clock-trust.ts';
import { createCommands, type Commands } from './commands.ts';
import { CONFIG_SETTING, createConfiguration, type Configuration } from './configuration.ts';
import { createConclude } from './conclude.ts';
import { createDecide, type Decide } from './decide.ts';
import { Durations } from './durations.ts';
import { createFaces, type Faces } from './faces/faces.ts';
import { FaceSettings } from './faces/settings.ts';
import { Touched } from './faces/touched.ts';
import type { Emitter } from '../model/emitter.ts';
import type { EngineEvents } from './engine.ts';
import { createGrants } from './grants.ts';
import { createIdentify } from './identify.ts';
import { createJournal, type Journal } from './journal.ts';
import { createJudge, type Judge } from './judge.ts';
import { createLockouts } from './lockouts.ts';
import { MASTER_SETTING, Mastership } from './mastership/mastership.ts';
import { createMonitor, type Monitor } from './monitor.ts';
import { assembleOnline, type Online } from './online/assemble.ts';
import { Confirmation } from './online/confirmation.ts';
import { loadFleetDoors } from './online/fleet-doors.ts';
import { KeptAnswers } from './online/kept-answers.ts';
import { createRevise, type Revise } from './online/revise.ts';
import { createGrantOpening, type GrantOpening } from './opening.ts';
import { withCheckOut } from './passes/check-out.ts';
import { createPassDesk, type PassDesk } from './passes/desk.ts';
import { createLocalClock, type LocalClock } from './passes/local-clock.ts';
import { createPenalties, type Penalties } from './passes/penalties.ts';
import { createPictures, type Pictures } from './pictures/pictures.ts';
import { createPinCheck } from './pin-check.ts';
import { Presence } from './presence/presence.ts';
import { createMarks, type MarkDeal } from './release/marks.ts';
import { createOverrides, type OverrideRelease } from './release/overrides.ts';
import { withSettlement } from './release/settlement.ts';
import { createPolicyWriter } from './policy-writer.ts';
import { createReadings, type Readings } from './readings.ts';
import { createReporting, type Reporting } from './reports/reporting.ts';
import type { Secrets } from './secrets.ts';
import { createSite, type Site } from './site.ts';
import { assembleLink } from './sync/assemble-link.ts';
import { Capture, withCapture } from './sync/capture.ts';
import { OwnFaces } from './sync/own-faces.ts';
import type { SyncEngine } from './sync/sync-engine.ts';
import type { FleetEngine } from './fleet/fleet-engine.ts';
import type { Moved } from './store/presence/moves.ts';
import type { SideState, Store } from './store/store.ts';
import { createTokenCheck } from './token-check.ts';
import { createUsedTokens } from './used-tokens.ts';

export interface Moves {
  moved: readonly Moved[];
}

/** What an engine is built from. */
export interface EngineParts {
  store: Store;
  policy: Policy;
  secrets: Secrets;
  /** Secret of 32 bytes by which this engine and others agree on keys. */
  exchange: Uint8Array;
  side: SideState;
  clock: Clock;
  /** Path of the database, for reports. */
  file: string;
  events: Emitter<EngineEvents>;
  /** What the store tells of people who are elsewhere. */
  moves: Emitter<Moves>;
  /** Milliseconds between two probe decisions. */
  probeInterval: number;
  /** The engine cannot go on and refuses everything; only a new start helps. */
  onFatal: (error: unknown) => void;
}

/** The wired parts of a running engine. */
export interface Assembly {
  decide: Decide;
  grantOpening: GrantOpening;
  administration: Administration;
  mastership: Mastership;
  commands: Commands;
  markDeal: MarkDeal;
  overrideRelease: OverrideRelease;
  configuration: Configuration;
  monitor: Monitor;
  reporting: Reporting;
  journal: Journal;
  trust: ClockTrust;
  site: Site;
  presence: Presence;
  online: Online;
  events: Emitter<EngineEvents>;
  passDesk: PassDesk;
  faces: Faces;
  pictures: Pictures;
  ownFaces: OwnFaces;
  penalties: Penalties;
  local: LocalClock;
  link: SyncEngine & FleetEngine;
  confirmClock(author: string): Promise<void>;
}

/** Wires the parts of an engine and takes the configuration of the last run into force. */
export async function assemble(given: EngineParts): Promise<Assembly> {
  const pictures = createPictures(given);
  const parts = { ...given, pictures };
  const { store, policy, side, clock, events } = parts;
  const problems = new Set<string>();
  const site = createSite();
  const plain = createJournal(store, (alarm) => {
    events.emit('alarm', alarm);
  });
  const { trust, confirmClock } = await assembleClock(parts, plain);
  const onBehind = (error: unknown): void => {
    problems.add('snapshotBehind');
    parts.onFatal(error);
  };
  const local = createLocalClock(policy, trust);
  const touched = new Touched();
  const faceSettings = new FaceSettings(side.settings);
  const ownFaces = new OwnFaces({ store, faces: faceSettings });
  const kept = new KeptAnswers(side.keptAnswers);
  const writer = createPolicyWriter({
    ...{ policy, store, trust, journal: plain, kept, onBehind },
    onWritten: (changes, applied) => {
      touched.note(changes, applied);
    },
  });
  const checkingOut = withCheckOut(plain, {
    policy,
    local,
    change: (...args) => administration.change(...args),
    onBehind,
  });
  const journal = withSettlement(checkingOut, { policy, site, writer });
  const administration = createAdministration({
    ...parts,
    ...{ trust, local, writer, faces: faceSettings },
  });
  const presence = assemblePresence(parts, { site, journal, trust });
  const capture = new Capture(clock, (captured) => {
    events.emit('captured', captured);
  });
  const confirmation = new Confirmation({ clock, site, settings: side.settings });
  const memory = createReadings(parts.secrets);
  const revise = createRevise({ site, kept, confirmation });
  const asked = assembleJudge(parts, { site, presence, memory, revise });
  const { secrets } = parts;
  const judge = guarded(withCapture(asked, { capture, memory, secrets, site }), problems);
  const grants = createGrants(clock);
  const conclude = createConclude({ clock, site, journal, grants, presence });
  const shared = { ...parts, trust, site, judge, journal, presence, conclude };
  const doors = await loadFleetDoors(store);
  const online = assembleOnline({ ...shared, memory, kept, confirmation, doors });
  const times = new Durations();
  const mastership = new Mastership({ stored: side.settings[MASTER_SETTING], journal, trust });
  const configuration = createConfiguration({ ...shared, mastership, doors });
  if (!(await configuration.restore(side.settings[CONFIG_SETTING]))) problems.add('configLost');
  const penalties = createPenalties(administration, local);
  const grantOpening = createGrantOpening({ clock, trust, site, journal, grants });
  return {
    decide: createDecide({ ...shared, times }),
    grantOpening,
    link: assembleLink({
      ...parts,
      ...{ site, journal, trust, writer, administration, grantOpening },
      ...{ presence, mastership, capture, faces: faceSettings, ownFaces },
    }),
    markDeal: createMarks({ policy, store, trust, writer }),
    overrideRelease: createOverrides({ policy, trust, journal, writer }),
    administration,
    mastership,
    passDesk: createPassDesk({ administration, penalties, local, trust, journal }),
    faces: createFaces({
      ...{ ...parts, administration, journal, trust, local, site, touched },
      settings: faceSettings,
      announce: () => {
        events.emit('policy', { version: policy.version });
      },
    }),
    ownFaces,
    penalties,
    local,
    commands: createCommands({ grants, trust, journal, store, presence }),
    configuration,
    monitor: createMonitor({
      ...shared,
      mastership,
      problems,
      times: { local: times, online: online.times },
    }),
    reporting: createReporting({ ...parts, trust, site }),
    journal,
    trust,
    site,
    presence,
    online,
    pictures,
    events,
    confirmClock,
  };
}

function assemblePresence(
  parts: EngineParts,
  wired: { site: Site; journal: Journal; trust: ClockTrust },
): Presence {
  const presence = new Presence({
    ...parts,
    ...wired,
    onPassage: (passage) => {
      parts.events.emit('passage', passage);
    },
  });
  parts.moves.on('moved', (moved) => {
    presence.moved(moved);
  });
  return presence;
}

async function assembleClock(
  { store, side, clock }: EngineParts,
  journal: Journal,
): Promise<Pick<Assembly, 'trust' | 'confirmClock'>> {
  const keeper = await openClockKeeper(store, side.settings);
  const trust = createClockTrust({
    clock,
    memory: keeper.memory,
    report: (event, moment) => {
      journal.note(event, moment, [keeper.write(trust.memory())]);
    },
  });
  return {
    trust,
    async confirmClock(author) {
      await keeper.forgetRecords();
      const moment = trust.confirm();
      const event: EventEntry = { category: 'administration', code: 'clockConfirmed', author };
      await journal.event(event, moment, [keeper.write(trust.memory())]);
    },
  };
}

function assembleJudge(
  { store, policy, secrets, side, clock }: EngineParts,
  wired: { site: Site; presence: Presence; memory: Readings; revise: Revise },
): Judge {
  const { memory } = wired;
  const lockouts = createLockouts(clock, side.lockouts);
  const pins = createPinCheck({ policy, store, secrets, lockouts });
  const used = createUsedTokens(side.usedTokens);
  const tokens = createTokenCheck({ policy, store, secrets, used });
  const identify = createIdentify({ policy, memory, pins, tokens, lockouts });
  return createJudge({ ...wired, policy, secrets, identify, tokens });
}

/** Nothing is decided from a snapshot that has lost touch with the store. */
function guarded(judge: Judge, problems: ReadonlySet<string>): Judge {
  return async (attempt, moment, age) => {
    if (problems.has('snapshotBehind')) {
      throw new AccessError('INTERNAL', 'The snapshot is behind the store');
    }
    return judge(attempt, moment, age);
  };
}
