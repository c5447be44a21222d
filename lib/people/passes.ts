import Type from 'typebox';
import type { Change } from '../model/entity.ts';
import { AccessError } from '../model/errors.ts';
import { Id, closed } from '../model/fields.ts';
import { Fitting } from '../model/fitting.ts';
import { uuidv7 } from '../model/ids.ts';
import { parser } from '../model/parse.ts';
import { PassRequest } from '../model/pass-request.ts';
import { plainObject } from './plain.ts';
import type { PeopleEngine } from './within.ts';

/** What is done with passes and devices at a reception, besides entering data. */
export const DESK_OPERATIONS = [
  'issue',
  'replace',
  'return',
  'waive',
  'unreturned',
  'penalty',
  'service',
] as const;
export type DeskOperation = (typeof DESK_OPERATIONS)[number];

const requestParser = parser(PassRequest);
const unreturnedParser = parser(
  Type.Object(
    {
      firm: Type.Optional(Id),
      after: Type.Optional(Id),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    },
    closed,
  ),
);
const penaltyParser = parser(Type.Object({ person: Id, firm: Id }, closed));
const fittingParser = parser(Fitting);

/** Rejects with INPUT_INVALID for a value that does not fit, or with what the engine says. */
export async function atDesk(
  engine: PeopleEngine,
  operation: DeskOperation,
  value: unknown,
  author: string,
): Promise<unknown> {
  switch (operation) {
    case 'unreturned':
      return engine.unreturnedPasses(unreturnedParser.parse(value ?? {}, 'the query'));
    case 'penalty':
      return (await engine.penalty(penaltyParser.parse(value, 'the query'))) ?? null;
    case 'service':
      return recordService(engine, value, author);
    default: {
      const request = { ...plainObject(value, 'the pass'), operation };
      return engine.changePass({
        request: requestParser.parse(request, 'the pass'),
        options: { author },
      });
    }
  }
}

/** One line in the journal of device service: now and by the author unless it says otherwise. */
async function recordService(
  engine: PeopleEngine,
  value: unknown,
  author: string,
): Promise<Fitting> {
  const given = plainObject(value, 'the service record');
  const entry = { id: uuidv7(), at: Date.now(), by: author, ...given };
  const fitting = fittingParser.parse(entry, 'the service record');
  const changes: Change[] = [{ op: 'create', kind: 'fitting', value: fitting }];
  const { failed } = await engine.change({ changes, options: { author } });
  const [failure] = failed;
  if (failure !== undefined) throw new AccessError(failure.code, failure.message);
  return fitting;
}
