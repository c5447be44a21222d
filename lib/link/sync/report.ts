import Type, { type Static } from 'typebox';
import { AccessPoint } from '../../model/access-point.ts';
import { Instant, closed } from '../../model/fields.ts';
import { ExchangeKey } from '../trust/exchange-key.ts';
import { Move } from './move.ts';

const Count = Type.Integer({ minimum: 0 });

/** What a gateway says of itself, on the channel `report`: when it connects, when it changes, and twice a minute. */
export const Report = Type.Object(
  {
    /** Version of its program. */
    program: Type.String({ minLength: 1, maxLength: 32 }),
    /** With this key its engine and the server's agree on what nobody between them can read. */
    exchange: ExchangeKey,
    /** Number and policy version of the last batch that it has taken over; 0 for none. */
    number: Count,
    version: Count,
    accessPoints: Type.Array(AccessPoint, { maxItems: 128 }),
    clock: Type.Object({ now: Instant, trusted: Type.Boolean() }, closed),
    /** Records that the server has not acknowledged. */
    outbox: Count,
    /** Stable codes of everything that is not as it should be. */
    problems: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32 }),
    /** Its faces are its own: it takes no templates and tells of none. */
    ownFaces: Type.Optional(Type.Literal(true)),
    /** While it is on its way to another master. */
    move: Type.Optional(Move),
  },
  closed,
);
export type Report = Static<typeof Report>;

export const REPORT_EXAMPLES: readonly Report[] = [
  {
    program: '0.1.0',
    exchange: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo',
    number: 12,
    version: 340,
    accessPoints: [
      {
        id: 'front-door',
        name: 'Front door',
        direction: 'in',
        zoneTo: 'hall',
        enabled: true,
        supports: ['card', 'pin'],
        levels: [{ level: { anyOf: [['card']] } }],
        factorTimeout: 10_000,
        grantLife: 3000,
        requestToExit: false,
        grantedCountsAsPassed: false,
      },
    ],
    clock: { now: 1_760_000_000_000, trusted: true },
    outbox: 0,
    problems: [],
  },
];
