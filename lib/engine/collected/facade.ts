import Type from 'typebox';
import { Announcement, RecordBatch } from '../../link/log/records.ts';
import { Id, Instant, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { STREAMS } from '../../model/record.ts';
import type { Store } from '../store/store.ts';
import type { CollectedEngine } from './collected.ts';
import { CURSOR } from './query.ts';

const batch = parser(Type.Object({ gateway: Id, batch: RecordBatch }, closed));
const announced = parser(
  Type.Object({ gateway: Id, streams: Announcement.properties.streams }, closed),
);
const query = parser(
  Type.Object(
    {
      gateway: Type.Optional(Id),
      stream: Type.Optional(Type.Enum(STREAMS)),
      person: Type.Optional(Id),
      from: Type.Optional(Instant),
      to: Type.Optional(Instant),
      after: Type.Optional(Type.String({ pattern: CURSOR.source })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    },
    closed,
  ),
);

/** What the engine of a server offers about the logs of its gateways; every request is checked here. */
export function collectedMethods(store: Store): CollectedEngine {
  return {
    collectRecords: async (request) => store.collect(batch.parse(request, 'request')),
    collectAnnouncement: async (request) =>
      store.collectAnnouncement(announced.parse(request, 'request')),
    collectedRecords: async (asked) => store.findCollected(query.parse(asked, 'query')),
    collectedLogs: () => store.collectedLogs(),
  };
}
