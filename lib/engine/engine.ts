import type { SecurityLevel } from '../model/access-point.ts';
import type { Attempt } from '../model/attempt.ts';
import type { CredentialType } from '../model/credential.ts';
import type { Command, CommandAction, Decision, Passage } from '../model/decision.ts';
import type { Change, EntityKind, StoredEntities } from '../model/entity.ts';
import type { ErrorCode } from '../model/errors.ts';
import type { ExplainQuery, Explanation } from '../model/explanation.ts';
import type { MasterState } from '../model/master.ts';
import type { Pass } from '../model/pass.ts';
import type { PassRequest } from '../model/pass-request.ts';
import type {
  MarkAnswer,
  MarkRequest,
  OpenDeal,
  OpenDealsQuery,
  OverrideRequest,
  ReleaseQuery,
} from '../model/release-requests.ts';
import type { ReleaseOverride, ReleaseState } from '../model/release.ts';
import type { PenaltyState } from '../policy/passes/penalty.ts';
import type { Attendance, AttendanceQuery, FirmQuery, Timesheet } from './reports/working-time.ts';
import type { ClockState, EventEntry, RecordRef, StoredRecord, Stream } from '../model/record.ts';
import type { EngineConfig } from '../model/site.ts';
import type { Stay } from '../policy/presence/stays.ts';
import type { CollectedEngine } from './collected/collected.ts';
import type { OutgoingEngine, Recorded } from './outgoing/outgoing.ts';
import type { FleetEngine } from './fleet/fleet-engine.ts';
import type { OnlineEngine } from './online/online.ts';
import type { Times } from './durations.ts';
import type { FaceEngine } from './faces/interface.ts';
import type { PictureCount } from './pictures/count.ts';
import type { PictureEngine } from './pictures/interface.ts';
import type { SharingConfig } from './presence/sharing.ts';
import type { Captured } from '../link/sync/receipt.ts';
import type { SyncEngine } from './sync/sync-engine.ts';
import type { TransitEntry } from './store/presence/history.ts';

/** What a relay asks before it moves: may this decision drive this output, once, now? */
export interface CommandRequest {
  /** Required for everything but `off`: an output may always be switched off. */
  decision?: string;
  output: string;
  action: CommandAction;
  /** Milliseconds, for a pulse. */
  duration?: number;
}

/** The permission to drive an output, valid for `life` milliseconds from receipt. */
export interface CommandClaim {
  command: Command;
  life: number;
}

export interface CommandResult {
  command: string;
  state: 'done' | 'failed';
  error?: string;
}

export interface ChangeOptions {
  /** Who changed it, for the administration log. */
  author: string;
  /** All or nothing (default), or each change on its own with a report of the failed ones. */
  atomic?: boolean;
  /** Only what belongs to a firm may be changed. */
  scope?: FirmScope;
}

/** What a firm's own administrator may see and change: see docs/links.md. */
export interface FirmScope {
  firm: string;
}

export type PassOptions = Pick<ChangeOptions, 'author' | 'scope'>;

export interface PassResult {
  /** The policy version that holds the change. */
  version: number;
  /** The new, the returned or the waived pass. */
  pass: Pass;
  /** After a replacement, if a penalty policy counts for the person. */
  penalty?: PenaltyState;
}

export interface ChangeFailure {
  /** Position in the list of changes, from 0. */
  index: number;
  code: ErrorCode;
  message: string;
}

export interface ChangeReport {
  /** The policy version that holds the changes; the next decision is made from it. */
  version: number;
  applied: number;
  failed: ChangeFailure[];
}

export interface FindQuery<K extends EntityKind = EntityKind> {
  kind: K;
  id?: string;
  /** Part of a name, id, department or employee number, any case. */
  text?: string;
  /** Credentials, permissions, passes, employments, planned days and deals of this person. */
  person?: string;
  /** People of this group, permissions of this group. */
  group?: string;
  /** People who are or were employed by this firm, and its employments, planned days, passes and deals. */
  firm?: string;
  /** Passes of this tag, that is the id of a credential. */
  tag?: string;
  /** First and last day, `2026-12-31`: planned days on these days, passes and employments valid on one of them. */
  from?: string;
  to?: string;
  /** Passes that are still active although their validity has ended by this local time. */
  due?: string;
  /** Only active passes, only deals that are not closed. */
  open?: true;
  /** The holder of this credential value; only with kind `person` or `credential`. */
  credential?: { type: CredentialType; value: string };
  /** Only what a firm's administrator may see. */
  scope?: FirmScope;
  /** Items after this id, in the order of ids. */
  after?: string;
  /** At most this many, 1 to 1000, default 100. */
  limit?: number;
}

export interface ActiveLevel {
  level: SecurityLevel;
  factorTimeout: number;
  /** The level holds until this instant or until the policy changes. */
  until: number;
  version: number;
}

/** Opens a door for nobody in particular. */
export interface OpeningRequest {
  accessPoint: string;
  /** A mode in which everybody may pass, or a fire. */
  cause: 'mode' | 'fire';
}

export interface ScheduleState {
  open: boolean;
  /** That holds until this instant or until the policy changes. */
  until: number;
  version: number;
}

export interface StreamHealth {
  /** Number of the newest record, 0 if none. */
  last: number;
  /** Newest number the server has acknowledged. */
  acknowledged: number;
  /** Oldest number still stored. */
  first: number;
  /** Unsent records that were overwritten since the database was created (D9). */
  overwritten: number;
}

export interface EngineHealth {
  state: 'ok' | 'degraded';
  /** Stable codes of everything that is not as it should be. */
  problems: string[];
  policyVersion: number;
  persons: number;
  credentials: number;
  accessPoints: number;
  /** Milliseconds since the probe decision was last made. */
  probeAge: number;
  clock: 'trusted' | 'untrusted';
  /** Version of the time-zone data in use. */
  tzdata: string;
  /** How long decisions take, those of this engine, and those for which a server was asked. */
  times: { local: Times; online: Times };
  /** Where people and rights are born. */
  master: MasterState;
  store: {
    bytes: number;
    /** Share of the quota used by unsent records, 0 to 1. */
    quota: number;
    ballast: boolean;
    streams: Record<Stream, StreamHealth>;
  };
  /** Pictures beside the log; counted at most a minute ago. */
  pictures: PictureCount;
}

/** Exactly one of person and tag. */
export interface PositionQuery {
  person?: string;
  tag?: string;
  /** Milliseconds since 1970 UTC; now if absent. */
  at?: number;
  /** Only people of this firm. */
  scope?: FirmScope;
}

/** Where somebody is or was. */
export interface Position {
  state: 'inside' | 'outside' | 'unknown';
  person?: string;
  /** The innermost zone. */
  zone?: string;
  /** Since when. */
  at?: number;
  /** The passage that says so. */
  passage?: string;
  tag?: string;
  /** Forgiven or reset: rules take it for unknown. */
  uncertain?: true;
}

/** A zone and how many people count as being in it or below it. */
export interface ZoneState {
  id: string;
  name: string;
  parent?: string;
  people: number;
  limit?: number;
}

export interface StaysQuery {
  /** Stays that touch this period, milliseconds since 1970 UTC, end exclusive. */
  from: number;
  to: number;
  person?: string;
  zone?: string;
  tag?: string;
  /** Stays with a number after this one. */
  after?: number;
  /** 1 to 10,000, default 1000. */
  limit?: number;
  /** Only people of this firm. */
  scope?: FirmScope;
}

/** A stay (Tags#Zone, R-093); its duration is `left` - `entered` where both were seen. */
export interface StayEntry extends Stay {
  n: number;
}

export interface TransitsQuery {
  from: number;
  to: number;
  person?: string;
  accessPoint?: string;
  /** Only passages of nobody that no correction has resolved (R-087, N12). */
  unresolved?: boolean;
  /** 1 to 10,000, default 1000. */
  limit?: number;
  /** Only people of this firm. */
  scope?: FirmScope;
}

export interface MusterQuery {
  /** Those in this zone or below it; default all who are inside. */
  zone?: string;
  firm?: string;
  /** Milliseconds since 1970 UTC; now if absent. */
  at?: number;
  /** Only people of this firm. */
  scope?: FirmScope;
}

/** Somebody who has to be accounted for in an evacuation. */
export interface MusterEntry {
  person: string;
  name: string;
  /** The innermost zone. */
  zone: string;
  /** Milliseconds since 1970 UTC. */
  since: number;
  tag?: string;
  /** Their employers, and the firm they visit. */
  firms: { id: string; name: string }[];
  /** Forgiven or reset: may have left unseen. */
  uncertain: boolean;
}

/** Of one person, of everybody in a zone and below it, or, with neither, of all. */
export interface ForgiveRequest {
  person?: string;
  zone?: string;
  author: string;
  reason?: string;
}

/** What was really the case. Where nothing is given, what the corrected passage or the access point says holds. */
export interface Correction {
  /** The passage in whose place it stands; absent for one that nobody saw. */
  corrects?: string;
  person?: string;
  tag?: string;
  accessPoint?: string;
  direction?: 'in' | 'out';
  /** `notTaken`: it never happened. Default `taken`. */
  outcome?: 'taken' | 'notTaken';
  at?: number;
  /** `null` for outside. */
  zoneFrom?: string | null;
  zoneTo?: string | null;
}

export interface CorrectionRequest {
  corrections: Correction[];
  author: string;
  reason: string;
}

export interface CorrectionReport {
  recorded: { index: number; passage: Passage }[];
  failed: ChangeFailure[];
}

/** A passage that another gateway has seen, and whether its clock could be trusted then. */
export interface SharedPassage {
  passage: Passage;
  clock: ClockState;
}

/** All that a gateway has seen after one of its numbers, up to another. */
export interface SharedBatch {
  gateway: string;
  after: number;
  upTo: number;
  passages: SharedPassage[];
}

export interface SharingState {
  /** Gateways that are out of reach, or of which something is missing. */
  missing: string[];
  /** Up to which number the passages of each gateway are known here. */
  known: Record<string, number>;
}

export interface EngineEvents {
  /** The policy or the configuration changed; cached levels are void. */
  policy: { version: number };
  /** An event record of category `alarm` was written. */
  alarm: EventEntry;
  /** A credential was shown for enrolment, as a command of the server has asked. */
  captured: Captured;
  /** A passage that this gateway has seen is committed, and people are where it brought them. */
  passage: Passage;
  /** Records were committed: the numbers of the newest. Told at most every 20 ms. */
  recorded: Recorded;
}

/**
 * The decision engine of one site. The same interface stands before the child process, and before the
 * engine inside the same process in unit tests. Every method may reject with an AccessError;
 * `ENGINE_UNAVAILABLE` means that nothing is known of the outcome.
 */
export interface Engine
  extends
    OutgoingEngine,
    CollectedEngine,
    SyncEngine,
    FleetEngine,
    OnlineEngine,
    FaceEngine,
    PictureEngine {
  /** Takes the site's settings and access points; replaces what was configured before. */
  configure(config: EngineConfig): Promise<{ version: number }>;
  /** Decides from the snapshot; resolves when the access record is committed. Never rejects for a "no". */
  decide(attempt: Attempt): Promise<Decision>;
  /**
   * A grant for a door that has to be open for all: recorded and honoured once per output like any other, so
   * that no output is opened without a decision (I3). Rejects with NOT_FOUND for an unknown access point.
   */
  grantOpening(request: OpeningRequest): Promise<Decision>;
  /** What has to be presented at an access point now. */
  activeLevel(query: { accessPoint: string }): Promise<ActiveLevel>;
  /**
   * Whether a schedule is open now. While the clock is not trusted, one that depends on the time is closed.
   * Rejects with NOT_FOUND for an unknown schedule.
   */
  scheduleState(query: { schedule: string }): Promise<ScheduleState>;
  /** Uses up a grant for one output. Rejects with DECISION_INVALID, COMMAND_EXPIRED or COMMAND_USED. */
  claimCommand(request: CommandRequest): Promise<CommandClaim>;
  /** Records how a claimed command ended. */
  recordCommand(result: CommandResult): Promise<RecordRef>;
  recordPassage(passage: Passage): Promise<RecordRef>;
  /** Where a person or a tag is now, or was at any instant that is still kept. */
  position(query: PositionQuery): Promise<Position>;
  /** All zones with their occupancy. */
  zones(query: Record<string, never>): Promise<ZoneState[]>;
  /** Who has to be accounted for, by zone and name. */
  muster(query: MusterQuery): Promise<MusterEntry[]>;
  stays(query: StaysQuery): Promise<StayEntry[]>;
  transits(query: TransitsQuery): Promise<TransitEntry[]>;
  /** Makes positions unknown, which counts as anywhere; nobody leaves the muster list by that. */
  forgive(request: ForgiveRequest): Promise<RecordRef>;
  /** Records corrections, each as a passage with reason and author, and works out anew what they touch. */
  correctPassages(request: CorrectionRequest): Promise<CorrectionReport>;
  /** Says with which gateways positions are shared; holds until it is said anew, restarts included. */
  configureSharing(config: SharingConfig): Promise<SharingState>;
  /** What this gateway has seen itself, for the others; without `after` only how far that goes. */
  ownPassages(query: { after?: number; limit: number }): Promise<SharedBatch>;
  /** Takes over what another gateway has seen. Rejects with INPUT_INVALID for one that positions are not shared with. */
  acceptPassages(batch: SharedBatch): Promise<SharingState>;
  /** Another gateway is there, and has seen passages up to this number. */
  heardGateway(query: { gateway: string; upTo: number }): Promise<SharingState>;
  recordEvent(event: EventEntry): Promise<RecordRef>;
  change(request: { changes: Change[]; options: ChangeOptions }): Promise<ChangeReport>;
  /**
   * Sets a mark of a deal or takes it away, once for each key. Rejects with NOT_FOUND for a deal that does not
   * exist or is another firm's, CONFLICT for one that is closed or a key that stood for something else before.
   */
  markDeal(request: MarkRequest): Promise<MarkAnswer>;
  /** Lets a visitor out once although deals are not cleared. Rejects with NOT_FOUND for an unknown person. */
  overrideRelease(request: OverrideRequest): Promise<ReleaseOverride>;
  /** Whether a visitor may leave with his goods now, and what is missing. Rejects with NOT_FOUND as above. */
  releaseState(query: ReleaseQuery): Promise<ReleaseState>;
  /** Open deals with what each of them still needs. */
  openDeals(query: OpenDealsQuery): Promise<OpenDeal[]>;
  find<K extends EntityKind>(query: FindQuery<K>): Promise<StoredEntities[K][]>;
  /**
   * Gives out, replaces, takes back a pass or waives its points, in one transaction with its event.
   * Rejects with NOT_FOUND, CONFLICT or INPUT_INVALID.
   */
  changePass(request: { request: PassRequest; options: PassOptions }): Promise<PassResult>;
  /** Active passes whose time is over and that nobody has brought back, by id (N11). */
  unreturnedPasses(query: Pick<FindQuery, 'firm' | 'scope' | 'after' | 'limit'>): Promise<Pass[]>;
  /** Penalty points; undefined if the firm has no policy. Rejects with NOT_FOUND for no such firm. */
  penalty(query: {
    person: string;
    firm: string;
    scope?: FirmScope;
  }): Promise<PenaltyState | undefined>;
  explain(query: ExplainQuery & { scope?: FirmScope }): Promise<Explanation>;
  /** Plan, fact and accounted time of one person; accounted anew at every call. */
  attendance(query: AttendanceQuery): Promise<Attendance>;
  /** A page of a firm's timesheet with what has to be settled. */
  timesheet(query: FirmQuery): Promise<Timesheet>;
  /** Records of a stream after a number, oldest first, at most `limit` (1 to 1000). */
  readRecords<S extends Stream>(query: {
    stream: S;
    after: number;
    limit: number;
  }): Promise<StoredRecord<S>[]>;
  /** Newest records first, for a report. */
  recentRecords<S extends Stream>(query: { stream: S; limit: number }): Promise<StoredRecord<S>[]>;
  /** Marks all records up to `seq` as stored by the server, and trims the ring (R-048, D9). */
  acknowledge(query: { stream: Stream; seq: number }): Promise<void>;
  /** Writes a consistent copy of the database to a new file. */
  backup(query: { file: string }): Promise<{ bytes: number }>;
  /** An operator or a time source vouches for the clock. */
  confirmClock(query: { author: string }): Promise<void>;
  health(): Promise<EngineHealth>;
  /** Subscribes to an event; the returned function ends the subscription. */
  on<E extends keyof EngineEvents>(event: E, listener: (data: EngineEvents[E]) => void): () => void;
  /** Commits what is pending and releases the database. */
  close(): Promise<void>;
}

/** The methods that travel over the channel. */
export type EngineMethod = Exclude<keyof Engine, 'on' | 'close'>;
