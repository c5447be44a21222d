import Type, { type Static } from 'typebox';
import { Instant } from '../model/fields.ts';
import { parser } from '../model/parse.ts';
import { STREAMS, type Stream } from '../model/record.ts';
import type { ClockMemory } from './clock-trust.ts';
import type { SideWrite, Store } from './store/store.ts';

/** Name of the setting that keeps what is known of the time. */
const CLOCK_SETTING = 'clock';

const Kept = Type.Object({
  floor: Instant,
  confirmNeeded: Type.Boolean(),
  /** Records up to these numbers were written before the clock was confirmed: their time says nothing. */
  before: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
});
type Kept = Static<typeof Kept>;
const kept = parser(Kept);

/** What the gateway knows of the time when it starts, and how it is kept. */
export interface ClockKeeper {
  readonly memory: ClockMemory;
  /** The write that belongs to an event of the clock. */
  write(memory: ClockMemory): SideWrite;
  /** From now on the time of older records does not count: somebody has confirmed the clock. */
  forgetRecords(): Promise<void>;
}

/** The floor is the newest of what was kept and of the records that were written with a trusted clock. */
export async function openClockKeeper(
  store: Store,
  settings: Readonly<Record<string, string>>,
): Promise<ClockKeeper> {
  const known = read(settings[CLOCK_SETTING]);
  let { before } = known;
  const times = await Promise.all(STREAMS.map((stream) => newestTrusted(store, stream, before)));
  return {
    memory: { floor: Math.max(known.floor, ...times), confirmNeeded: known.confirmNeeded },
    write: (memory) => ({
      kind: 'setting',
      key: CLOCK_SETTING,
      value: JSON.stringify({ ...memory, before } satisfies Kept),
    }),
    async forgetRecords() {
      const { streams } = await store.health();
      before = Object.fromEntries(STREAMS.map((stream) => [stream, streams[stream].last]));
    },
  };
}

async function newestTrusted(
  store: Store,
  stream: Stream,
  before: Kept['before'],
): Promise<number> {
  const [newest] = await store.recentRecords(stream, 1);
  const counts = newest?.clock === 'trusted' && newest.seq > (before[stream] ?? 0);
  return counts ? newest.at : 0;
}

function read(stored: string | undefined): Kept {
  const nothing: Kept = { floor: 0, confirmNeeded: false, before: {} };
  if (stored === undefined) return nothing;
  const value: unknown = JSON.parse(stored);
  return kept.check(value) ? value : nothing;
}
