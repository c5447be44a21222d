import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Engine } from '../../lib/engine/engine.ts';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import { AccessError } from '../../lib/model/errors.ts';
import type { SiteSettings } from '../../lib/model/site.ts';
import { Doors } from '../../lib/runtime/doors.ts';
import { Sealing } from '../../lib/runtime/sealing.ts';
import { siteType, type EngineState, type SiteApi } from '../../lib/runtime/site.ts';

/** A site whose engine is made of what a test gives, for nodes that refer to a `gatewire-site`. */
export interface FakeSite {
  /** Loads the config node type; give it to the test helper beside the node under test. */
  register: (RED: NodeAPI) => void;
  api: SiteApi;
  /** Tells the nodes of the site that its engine changed its state. */
  setState(state: EngineState): void;
  /** Nodes that still listen for the state; 0 when all have been closed. */
  listeners(): number;
  /** Ends what the doors share, and removes their memory. */
  close(): Promise<void>;
  /** What access point nodes have made known. */
  accessPoints: Map<string, AccessPoint>;
}

export const SITE: SiteSettings = {
  id: 'site',
  name: 'Site',
  zone: 'Europe/Berlin',
  language: 'en-US',
  logValues: 'masked',
  untrustedClock: 'deny',
  ring: 2000,
  quotaRecords: 1000,
  quotaBytes: 1_048_576,
};

/** An engine with the given methods; every other one rejects, so that no test relies on it by chance. */
export function fakeEngine(methods: Partial<Engine>): Engine {
  const missing = (name: string) => (): Promise<never> =>
    Promise.reject(new AccessError('INTERNAL', `the fake engine has no ${name}`));
  const names = [
    'configure',
    'decide',
    'grantOpening',
    'activeLevel',
    'scheduleState',
    'changePass',
    'unreturnedPasses',
    'penalty',
    'attendance',
    'timesheet',
    'claimCommand',
    'recordCommand',
    'recordPassage',
    'position',
    'zones',
    'muster',
    'stays',
    'transits',
    'forgive',
    'correctPassages',
    'configureSharing',
    'ownPassages',
    'acceptPassages',
    'heardGateway',
    'recordEvent',
    'pictureKey',
    'judgePicture',
    'change',
    'markDeal',
    'overrideRelease',
    'releaseState',
    'openDeals',
    'find',
    'explain',
    'readRecords',
    'recentRecords',
    'acknowledge',
    'outgoingStreams',
    'outgoingBatch',
    'renewIdentity',
    'collectRecords',
    'collectAnnouncement',
    'collectedRecords',
    'collectedLogs',
    'backup',
    'confirmClock',
    'health',
    'takeAnswer',
    'decideFor',
    'forgetAnswers',
    'confirmBase',
  ] as const;
  const none = Object.fromEntries(names.map((name) => [name, missing(name)]));
  const rest = { on: () => () => undefined, close: () => Promise.resolve() };
  return { ...none, ...rest, ...methods } as Engine;
}

/** `folder` is the data folder, which is removed when the site is closed. */
export function fakeSite(
  engine: Engine,
  settings: Partial<SiteSettings> = {},
  folder = path.join(tmpdir(), `gatewire-fake-${randomUUID()}`),
): FakeSite {
  const listeners = new Set<(state: EngineState) => void>();
  const accessPoints = new Map<string, AccessPoint>();
  let state: EngineState = 'up';
  const memory = path.join(folder, 'doors.json');
  const warn = (problem: string): never => {
    throw new Error(problem);
  };
  const api: SiteApi = {
    settings: { ...SITE, ...settings },
    folder,
    engine,
    sealing: new Sealing(),
    doors: new Doors(memory, engine, warn),
    get state() {
      return state;
    },
    health: undefined,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    addAccessPoint(accessPoint) {
      accessPoints.set(accessPoint.id, accessPoint);
      return () => accessPoints.delete(accessPoint.id);
    },
  };
  return {
    api,
    accessPoints,
    listeners: () => listeners.size,
    setState(next) {
      state = next;
      for (const listener of listeners) listener(next);
    },
    async close() {
      await api.doors.close();
      await rm(folder, { recursive: true, force: true });
    },
    register(RED) {
      function SiteNode(this: Node & { gatewire?: SiteApi }, definition: NodeDef): void {
        RED.nodes.createNode(this, definition);
        this.gatewire = api;
      }
      RED.nodes.registerType(siteType.type, SiteNode);
    },
  };
}
