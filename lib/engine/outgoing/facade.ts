import Type from 'typebox';
import { closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { STREAMS } from '../../model/record.ts';
import type { Store } from '../store/store.ts';
import type { OutgoingEngine } from './outgoing.ts';

const Seq = Type.Integer({ minimum: 1 });
const query = parser(
  Type.Object(
    {
      stream: Type.Enum(STREAMS),
      from: Seq,
      to: Seq,
      bytes: Type.Integer({ minimum: 1, maximum: 1024 * 1024 }),
    },
    closed,
  ),
);

/** What the engine offers to whoever passes the log on; every request is checked here. */
export function outgoingMethods(store: Store): OutgoingEngine {
  return {
    outgoingStreams: () => store.outgoingStreams(),
    outgoingBatch: async (asked) => store.outgoingBatch(query.parse(asked, 'query')),
    renewIdentity: () => store.renewIdentity(),
  };
}
