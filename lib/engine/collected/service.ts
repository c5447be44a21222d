import { faultAlarm } from '../../link/log/faults.ts';
import type { Calls } from '../store/protocol.ts';
import type { Service } from '../store/service.ts';
import type { Writer } from '../store/writer.ts';
import { takeAnnouncement } from './announced.ts';
import { collect } from './collect.ts';
import { collectedLogs, findCollected } from './query.ts';

/** The calls about collected records, as the writer's thread answers them: stored and alarmed in one transaction. */
export function collectedCalls(
  writer: Writer,
): Pick<Service, (keyof Calls & `collect${string}`) | 'findCollected'> {
  return {
    collect: (request) =>
      writer.transaction((draft, { db }) => {
        const collection = collect(db, request, writer.now());
        for (const fault of collection.faults) draft.event(faultAlarm(fault, request.gateway));
        return collection;
      }),
    collectAnnouncement: (request) =>
      writer.transaction((draft, { db }) => {
        const positions = takeAnnouncement(db, request);
        for (const fault of positions.faults) draft.event(faultAlarm(fault, request.gateway));
        return positions;
      }),
    findCollected: (query) => findCollected(writer.session.db, query),
    collectedLogs: () => collectedLogs(writer.session.db),
  };
}
