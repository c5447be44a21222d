import Type from 'typebox';
import type { ChangeReport, FindQuery, FirmScope } from '../engine/engine.ts';
import { CredentialType } from '../model/credential.ts';
import { CHANGE_OPS, type EntityKind } from '../model/entity.ts';
import { AccessError } from '../model/errors.ts';
import { Id, Instant, LocalDate, closed } from '../model/fields.ts';
import { parser } from '../model/parse.ts';
import { changesOf, type ChangeRequest } from './changes.ts';
import { exportEntities, type ExportOptions } from './export.ts';
import { importRows, type ImportOptions } from './import.ts';
import { DESK_OPERATIONS, atDesk } from './passes.ts';
import type { Rejection } from './row.ts';
import { importSource, type SourceOptions } from './source.ts';
import { within, type PeopleEngine } from './within.ts';

export const OPERATIONS = [
  ...CHANGE_OPS,
  'find',
  'explain',
  'import',
  'export',
  'erase',
  'reenrolments',
  'faceReport',
  'resendPhoto',
  ...DESK_OPERATIONS,
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Request {
  operation: Operation;
  /** Absent: every entry says its own; an export is of all kinds. */
  kind: EntityKind | undefined;
  value: unknown;
  /** Who asks for it, for the administration log. */
  author: string;
  /** Only what belongs to this firm is seen and changed. */
  scope?: FirmScope;
}

/** What stays the same for all requests of a node. */
export interface Surroundings
  extends
    Pick<ImportOptions, 'existing' | 'dryRun' | 'signal' | 'onProgress'>,
    Pick<SourceOptions, 'encoding'>,
    Pick<ExportOptions, 'format' | 'separator'> {
  engine: PeopleEngine;
  /** Opens a secret that was sealed on its way through the flow. */
  open: (sealed: string) => string;
}

export interface Answer {
  payload: unknown;
  /** Rows that an import refused. */
  rejections: Rejection[];
}

const Text = Type.String({ minLength: 1, maxLength: 256 });

const findParser = parser(
  Type.Object(
    {
      id: Type.Optional(Id),
      text: Type.Optional(Text),
      person: Type.Optional(Id),
      group: Type.Optional(Id),
      firm: Type.Optional(Id),
      tag: Type.Optional(Id),
      from: Type.Optional(LocalDate),
      to: Type.Optional(LocalDate),
      open: Type.Optional(Type.Literal(true)),
      credential: Type.Optional(Type.Object({ type: CredentialType, value: Text }, closed)),
      after: Type.Optional(Id),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    },
    closed,
  ),
);

const explainParser = parser(
  Type.Object({ person: Id, accessPoint: Id, at: Type.Optional(Instant) }, closed),
);

const erasureParser = parser(
  Type.Object({ person: Id, what: Type.Optional(Type.Enum(['biometrics', 'person'])) }, closed),
);

const personParser = parser(Type.Object({ person: Id }, closed));

/** Does what a message asks for. Rejects with the code of what is wrong, in the input or in the engine. */
export async function perform(surroundings: Surroundings, request: Request): Promise<Answer> {
  const { scope } = request;
  const engine = scope ? within(surroundings.engine, scope) : surroundings.engine;
  const around = { ...surroundings, engine };
  switch (request.operation) {
    case 'find':
      return answer(await around.engine.find(findQuery(request)));
    case 'explain':
      return answer(await around.engine.explain(explainParser.parse(request.value, 'the query')));
    case 'export':
      return answer(await exportEntities(around.engine, { ...around, kind: request.kind }));
    case 'import':
      return bringIn(around, request);
    case 'erase':
      return answer(await erase(around, request));
    case 'reenrolments':
      return answer(await engine.faceReenrolments({}));
    case 'faceReport':
      return answer(await engine.faceReport({}));
    case 'resendPhoto': {
      const { author, value } = request;
      return answer(
        await engine.resendPhoto({ ...personParser.parse(value, 'the value'), author }),
      );
    }
    case 'create':
    case 'update':
    case 'put':
    case 'delete':
      return answer(await change(around, { ...request, op: request.operation }));
    default:
      return answer(await atDesk(engine, request.operation, request.value, request.author));
  }
}

/** What is kept of a person goes, and a receipt comes (N15). */
async function erase({ engine }: Surroundings, { value, author }: Request): Promise<unknown> {
  const { what = 'biometrics', person } = erasureParser.parse(value, 'the value');
  return engine.erasePerson({ person, what, author });
}

function answer(payload: unknown): Answer {
  return { payload, rejections: [] };
}

/** A text is searched for, nothing finds all; an object says it in detail. */
function findQuery({ kind, value }: Request): FindQuery {
  if (kind === undefined) throw new AccessError('INPUT_INVALID', 'choose the kind to find');
  if (value === undefined || value === null || value === '') return { kind };
  return {
    ...findParser.parse(typeof value === 'string' ? { text: value } : value, 'the query'),
    kind,
  };
}

async function bringIn(around: Surroundings, request: Request): Promise<Answer> {
  const { kind, author, value } = request;
  const rows = await importSource(value, { kind, encoding: around.encoding });
  const { rejections, ...payload } = await importRows(around.engine, rows, { ...around, author });
  return { payload, rejections };
}

async function change(
  { engine, open }: Surroundings,
  { author, ...request }: Request & Pick<ChangeRequest, 'op'>,
): Promise<unknown> {
  const targeted = changesOf({ ...request, open });
  const targets = targeted.map(({ target }) => target);
  const changes = targeted.map((one) => one.change);
  const report = await engine.change({ changes, options: { author } });
  requireApplied(report);
  return { operation: request.op, version: report.version, entries: targets };
}

function requireApplied({ failed: [first] }: ChangeReport): void {
  if (first === undefined) return;
  throw new AccessError(first.code, `entry ${first.index + 1}: ${first.message}`);
}
