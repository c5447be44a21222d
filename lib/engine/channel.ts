import type { Reply as AnyReply, Request as AnyRequest } from '../process/protocol.ts';
import type { Engine, EngineEvents, EngineMethod } from './engine.ts';

export type Request = AnyRequest<EngineMethod>;

/** What the engine process tells unasked. */
export type EventReply = {
  [E in keyof EngineEvents]: { kind: 'event'; event: E; data: EngineEvents[E] };
}[keyof EngineEvents];

export type Reply = AnyReply<EventReply>;

/** What the engine process is started with. */
export interface StartOptions {
  folder: string;
  keyFile?: string;
}

/**
 * How long a caller waits for an answer, in milliseconds. A decision that takes longer than a read may be
 * old is a refusal (F-30); an import hashes many PINs.
 */
export const TIME_LIMITS: Readonly<Record<EngineMethod, number>> = {
  configure: 30_000,
  decide: 3000,
  grantOpening: 3000,
  activeLevel: 2000,
  scheduleState: 2000,
  changePass: 10_000,
  unreturnedPasses: 10_000,
  penalty: 10_000,
  claimCommand: 2000,
  recordCommand: 10_000,
  recordPassage: 10_000,
  position: 10_000,
  zones: 10_000,
  muster: 30_000,
  stays: 30_000,
  transits: 30_000,
  forgive: 10_000,
  correctPassages: 60_000,
  configureSharing: 10_000,
  ownPassages: 10_000,
  acceptPassages: 30_000,
  heardGateway: 10_000,
  recordEvent: 10_000,
  change: 600_000,
  configureFaces: 60_000,
  faceState: 10_000,
  faceReport: 30_000,
  faceChanges: 30_000,
  faceAudience: 2000,
  faceReenrolments: 10_000,
  erasePerson: 60_000,
  useFaceModel: 10_000,
  dispatchPhoto: 30_000,
  resendPhoto: 30_000,
  nextFacePhoto: 10_000,
  settleFacePhoto: 10_000,
  issueCarried: 10_000,
  openCarried: 2000,
  photoResults: 10_000,
  photosTold: 10_000,
  takePhotoResults: 10_000,
  waitingErasures: 10_000,
  takeErasure: 10_000,
  erasures: 10_000,
  pictureKey: 2000,
  judgePicture: 10_000,
  markDeal: 10_000,
  overrideRelease: 10_000,
  releaseState: 2000,
  openDeals: 2000,
  find: 10_000,
  explain: 10_000,
  attendance: 120_000,
  timesheet: 120_000,
  readRecords: 10_000,
  recentRecords: 10_000,
  acknowledge: 10_000,
  outgoingStreams: 10_000,
  outgoingBatch: 10_000,
  renewIdentity: 10_000,
  collectRecords: 30_000,
  collectAnnouncement: 30_000,
  collectedRecords: 10_000,
  collectedLogs: 10_000,
  backup: 600_000,
  confirmClock: 10_000,
  health: 2000,
  syncReport: 10_000,
  takeLetter: 60_000,
  startCommand: 3000,
  takeMastership: 10_000,
  differences: 10_000,
  decideDifferences: 30_000,
  reportGateway: 10_000,
  nextLetter: 120_000,
  takeReceipt: 60_000,
  compareGateway: 10_000,
  watchFleet: 10_000,
  fleet: 10_000,
  fleetItems: 10_000,
  openCaptured: 10_000,
  takeAnswer: 3000,
  decideFor: 3000,
  forgetAnswers: 10_000,
  confirmBase: 10_000,
};

export const ENGINE_METHODS = Object.keys(TIME_LIMITS) as EngineMethod[];

/** Calls a method of an engine with a query that came over the channel; the method checks it. */
export function callMethod(engine: Engine, method: EngineMethod, query: unknown): Promise<unknown> {
  const methods = engine as unknown as Record<EngineMethod, (query: unknown) => Promise<unknown>>;
  return methods[method](query);
}
