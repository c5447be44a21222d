import Type from 'typebox';
import type { Clock } from '../../model/clock.ts';
import { AccessError } from '../../model/errors.ts';
import { Id, Name, closed } from '../../model/fields.ts';
import { optional } from '../../model/optional.ts';
import { parser } from '../../model/parse.ts';
import { SyncKindName } from '../../link/sync/sync-fields.ts';
import { KEEPS, type DifferenceRow } from '../store/sync/decisions.ts';
import type { Store } from '../store/store.ts';
import { wireValue } from '../../server/wanted/wire.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { Difference, FleetEngine, MovingView } from './fleet-engine.ts';
import type { MoveDesk } from './move-desk.ts';
import { movingView, type ViewParts } from './view.ts';

const Keep = Type.Enum(KEEPS);
const Named = { kind: SyncKindName, id: Id };
/** Digests say nothing to those who decide. */
const HIDDEN: ReadonlySet<string> = new Set(['lookup', 'stamp']);
/** Decisions in one request, at most. */
const MOST = 1000;

const page = parser(
  Type.Object(
    {
      gateway: Id,
      after: Type.Optional(Type.Object(Named, closed)),
      limit: Type.Integer({ minimum: 1, maximum: MOST }),
      open: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
);
const who = { gateway: Id, author: Name };
const decision = Type.Object({ ...Named, keep: Keep }, closed);
const decisions = parser(
  Type.Union([
    Type.Object({ ...who, decisions: Type.Array(decision, { maxItems: MOST }) }, closed),
    Type.Object({ ...who, keep: Keep, all: Type.Literal(true) }, closed),
  ]),
);

interface Parts extends ViewParts {
  moves: MoveDesk;
  clock: Pick<Clock, 'now'>;
}

/** Differences on the way to another master: who sees them, who decides them (N14). */
export function decisionMethods(
  parts: Parts,
): Pick<FleetEngine, 'differences' | 'decideDifferences'> {
  const { store, moves, clock } = parts;
  return {
    async differences(query) {
      const checked = page.parse(query, 'query');
      const { gateway, limit, after = { kind: '', id: '' }, open = false } = checked;
      const moving = await required(parts, gateway);
      const rows = await store.sync('differences', { gateway, after, limit, open });
      return { ...moving, items: await Promise.all(rows.map((row) => differenceOf(row, store))) };
    },
    async decideDifferences(query) {
      const request = decisions.parse(query, 'query');
      const { gateway, author } = request;
      const { to, comparing } = await required(parts, gateway);
      if (comparing) throw new AccessError('CONFLICT', 'not everything has been compared yet');
      const shared = { gateway, author, at: clock.now(), mayLack: to === 'local' };
      const asked = 'decisions' in request ? request.decisions : [];
      const decided = [];
      for (const keep of KEEPS) {
        const items = asked.filter((item) => item.keep === keep);
        const isAll = 'all' in request && request.keep === keep;
        if (!isAll && items.length === 0) continue;
        const some = isAll ? {} : { items };
        decided.push(...(await store.sync('decide', { ...shared, keep, ...some })));
      }
      await moves.recordDecision(gateway, author, decided);
      const done = new Set(decided.map(({ kind, id }) => `${kind} ${id}`));
      const refused = asked.filter(({ kind, id }) => !done.has(`${kind} ${id}`));
      return {
        ...(await required(parts, gateway)),
        decided: decided.length,
        refused: refused.map(({ kind, id }) => ({ kind, id })),
      };
    },
  };
}

async function required(parts: ViewParts, gateway: string): Promise<MovingView> {
  const moving = await movingView(parts, gateway);
  if (moving !== undefined) return moving;
  throw new AccessError('CONFLICT', `gateway "${gateway}" is not on its way to another master`);
}

async function differenceOf(row: DifferenceRow, store: Store): Promise<Difference> {
  const { kind, id, wanted, applied, keep, author, failed, shown } = row;
  const [known] = wanted === null ? [] : await store.find({ kind, id, limit: 1 });
  return {
    ...{ kind, id, found: foundIn(wanted, applied) },
    ...optional('server', known && openPart(kind, known)),
    ...optional(
      'gateway',
      shown === null ? undefined : openPart(kind, JSON.parse(shown) as object),
    ),
    ...optional('keep', keep ?? undefined),
    ...optional('author', author ?? undefined),
    ...optional('failed', failed ?? undefined),
  };
}

/** What gateways are told of an entity, as far as everybody may see it. */
function openPart(kind: SyncKind, entity: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(wireValue(kind, entity)).filter(([name]) => !HIDDEN.has(name)),
  );
}

function foundIn(wanted: string | null, applied: string | null): Difference['found'] {
  if (applied === null) return 'serverOnly';
  return wanted === null ? 'gatewayOnly' : 'different';
}
