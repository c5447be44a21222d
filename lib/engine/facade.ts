import type { Attempt } from '../model/attempt.ts';
import type { Decision } from '../model/decision.ts';
import { AccessError } from '../model/errors.ts';
import type { ExplainQuery, Explanation } from '../model/explanation.ts';
import type { Policy } from '../policy/policy.ts';
import type { Assembly } from './assemble.ts';
import type { ActiveLevel, Engine, FirmScope, ScheduleState } from './engine.ts';
import { collectedMethods } from './collected/facade.ts';
import { outgoingMethods } from './outgoing/facade.ts';
import { openDeals, releaseState } from './release/queries.ts';
import { onlineMethods, type OnlineService } from './online/facade.ts';
import { presenceMethods } from './presence/facade.ts';
import * as requests from './requests.ts';
import type { Store } from './store/store.ts';

/** The engine inside this process. */
export interface EngineService extends Engine, OnlineService {
  /** As `decide`, for an attempt that was under way for `waited` milliseconds of the monotonic clock. */
  decideAfter(attempt: Attempt, waited: number): Promise<Decision>;
}

/** The engine's interface over its parts: every request is checked here, and nowhere below. */
export function createFacade(
  assembly: Assembly,
  { store, policy }: { store: Store; policy: Policy },
): EngineService {
  const { administration, commands, configuration, journal, monitor, reporting, trust, events } =
    assembly;
  const online = onlineMethods(assembly);
  const { presence, mastership, faces, ownFaces, pictures } = assembly;

  const decideAfter = async (attempt: Attempt, waited: number): Promise<Decision> =>
    assembly.decide(requests.attempt.parse(attempt, 'attempt'), waited);

  function activeLevel(accessPoint: string): ActiveLevel {
    const level = policy.activeLevel(accessPoint, trust.read().now);
    if (level === undefined) {
      throw new AccessError('NOT_FOUND', `The access point ${accessPoint} is not configured`);
    }
    return { ...level, version: policy.version };
  }

  function scheduleState(schedule: string): ScheduleState {
    const { now, trusted } = trust.read();
    const state = policy.scheduleState(schedule, now, trusted);
    if (state !== undefined) return { ...state, version: policy.version };
    throw new AccessError('NOT_FOUND', `The schedule ${schedule} does not exist or is broken`);
  }

  function explain(query: ExplainQuery): Explanation {
    const { now, trusted } = trust.read();
    const asked = { at: now, ...requests.explain.parse(query, 'query') };
    // Where people will be is not known beforehand.
    const isNow = query.at === undefined;
    const { admission } = presence;
    const obstacles = (person?: string) => admission.obstacles(asked.accessPoint, person);
    return policy.explain(asked, trusted, isNow ? obstacles : undefined);
  }

  async function requireVisible(id: string, scope: FirmScope): Promise<void> {
    requests.find.parse({ kind: 'person', id, scope }, 'query');
    const [person] = await administration.find({ kind: 'person', id, scope });
    if (person === undefined) throw new AccessError('NOT_FOUND', `person "${id}" does not exist`);
  }

  const announcePolicy = (): void => {
    events.emit('policy', { version: policy.version });
  };

  return {
    decideAfter,
    decide: (attempt) => decideAfter(attempt, 0),
    async configure(config) {
      await configuration.apply(requests.config.parse(config, 'configuration'));
      announcePolicy();
      return { version: policy.version };
    },
    grantOpening: async (request) =>
      assembly.grantOpening(requests.opening.parse(request, 'request')),
    scheduleState: (query) =>
      promised(() => scheduleState(requests.schedule.parse(query, 'query').schedule)),
    activeLevel: (query) =>
      promised(() => activeLevel(requests.level.parse(query, 'query').accessPoint)),
    claimCommand: (request) =>
      promised(() => commands.claim(requests.command.parse(request, 'command'))),
    recordCommand: async (result) => commands.record(requests.result.parse(result, 'result')),
    recordPassage: async (passage) =>
      presence.passages.record(requests.passage.parse(passage, 'passage'), trust.read()),
    ...presenceMethods(assembly, store),
    ...outgoingMethods(store),
    ...collectedMethods(store),
    ...assembly.link,
    async reportGateway(query) {
      await assembly.link.reportGateway(query);
      if (!assembly.online.doors.take(query.gateway, query.report.accessPoints)) return;
      configuration.refresh();
      announcePolicy();
    },
    async takeLetter(query) {
      const answer = await assembly.link.takeLetter(query);
      const isTaken = answer.kind === 'receipt' || answer.kind === 'settled';
      const isRefused = isTaken && answer.refused !== undefined;
      if (isTaken && !isRefused) announcePolicy();
      if (!isRefused) await online.confirmBase({});
      return answer;
    },
    async takeReceipt(query) {
      await assembly.link.takeReceipt(query);
      if (query.receipt.kind === 'offer') announcePolicy();
    },
    async takeMastership(query) {
      await assembly.link.takeMastership(query);
      announcePolicy();
    },
    ...online,
    ...faces.methods,
    ...pictures.methods,
    recordEvent: async (event) => journal.event(requests.event.parse(event, 'event'), trust.read()),
    async change(request) {
      const { changes, options } = requests.change.parse(request, 'change');
      const shared = await ownFaces.without(changes);
      mastership.requireLocal(shared.map(({ kind }) => kind));
      const report = await administration.change(changes, options);
      if (report.applied > 0) announcePolicy();
      if (changes.some(({ kind }) => kind === 'consent')) await faces.retention.sweep();
      return report;
    },
    markDeal: async (request) => assembly.markDeal(requests.mark.parse(request, 'mark')),
    overrideRelease: async (request) =>
      assembly.overrideRelease(requests.override.parse(request, 'override')),
    releaseState: (query) =>
      promised(() =>
        releaseState(policy, requests.releaseQuery.parse(query, 'query'), trust.read()),
      ),
    openDeals: (query) =>
      promised(() => openDeals(policy, requests.openDeals.parse(query, 'query'), trust.read())),
    async find(query) {
      requests.find.parse(query, 'query');
      return administration.find(query);
    },
    async changePass(query) {
      const { request, options } = requests.pass.parse(query, 'request');
      mastership.requireLocal(['pass']);
      const result = await assembly.passDesk(request, options);
      announcePolicy();
      return result;
    },
    async unreturnedPasses(query) {
      const filter = requests.unreturned.parse(query, 'query');
      return administration.find({ kind: 'pass', due: assembly.local(), ...filter });
    },
    async penalty(query) {
      const { person, firm, scope } = requests.penalty.parse(query, 'query');
      return assembly.penalties.of(person, firm, scope);
    },
    async explain({ scope, ...query }) {
      if (scope !== undefined) await requireVisible(query.person, scope);
      return explain(query);
    },
    attendance: (query) => reporting.attendance(query),
    timesheet: (query) => reporting.timesheet(query),
    async readRecords({ stream, after, limit }) {
      requests.read.parse({ stream, after, limit }, 'query');
      return store.readRecords(stream, after, limit);
    },
    async recentRecords({ stream, limit }) {
      requests.recent.parse({ stream, limit }, 'query');
      return store.recentRecords(stream, limit);
    },
    async acknowledge(query) {
      const { stream, seq } = requests.acknowledge.parse(query, 'query');
      await store.acknowledge(stream, seq);
    },
    backup: async (query) => store.backup(requests.backup.parse(query, 'query').file),
    confirmClock: async (query) =>
      assembly.confirmClock(requests.author.parse(query, 'query').author),
    health: () => monitor.health(),
    on: (event, listener) => events.on(event, listener),
    async close() {
      monitor.stop();
      faces.retention.stop();
      pictures.stop();
      await presence.close();
      const stopped = { category: 'system', code: 'engineStopped' } as const;
      await journal.event(stopped, trust.read()).catch(() => undefined); // closing goes on without it
      await reporting.close();
      await store.close();
    },
  };
}

/** The result of work that may throw, as a promise. */
function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
