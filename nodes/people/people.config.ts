import { ENTITY_KINDS, type EntityKind } from '../../lib/model/entity.ts';
import { SEPARATORS, type Separator, type SeparatorName } from '../../lib/people/csv.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../lib/people/export.ts';
import { OPERATIONS, type Operation } from '../../lib/people/perform.ts';
import { ENCODINGS, type Encoding } from '../../lib/people/text.ts';
import { EXISTING, type Existing } from '../../lib/people/writer.ts';
import type { Settings } from '../../lib/runtime/settings.ts';
import { typedField, type TypedValue } from '../../lib/runtime/typed-value.ts';

/** In the place of a choice: the message says it, as `msg.operation` or `msg.kind`. */
export const FROM_MESSAGE = 'message';
/** Every entry says its own kind; an export is of all kinds. */
export const ALL_KINDS = 'all';

export const KIND_CHOICES = [...ENTITY_KINDS, ALL_KINDS] as const;
export type KindChoice = EntityKind | typeof ALL_KINDS;

const SEPARATOR_NAMES = Object.keys(SEPARATORS) as SeparatorName[];
/** The longest name of an author. */
const AUTHOR_LENGTH = 64;

export interface PeopleConfig {
  site: string;
  operation: Operation | typeof FROM_MESSAGE;
  kind: KindChoice | typeof FROM_MESSAGE;
  value: TypedValue;
  author: TypedValue;
  /** The firm to which the node is limited; nothing for all. */
  firm: TypedValue;
  /** Who is named in the administration log if the author is empty. */
  defaultAuthor: string;
  existing: Existing;
  dryRun: boolean;
  encoding: Encoding;
  format: ExportFormat;
  separator: Separator;
}

export function normalise(settings: Settings): PeopleConfig {
  return {
    site: settings.text('site'),
    operation: settings.choice('operation', [...OPERATIONS, FROM_MESSAGE], 'find'),
    kind: settings.choice('kind', [...KIND_CHOICES, FROM_MESSAGE], 'person'),
    value: typedField(settings, 'value', { value: 'payload', type: 'msg' }),
    author: typedField(settings, 'author', { value: '', type: 'str' }),
    firm: typedField(settings, 'firm', { value: '', type: 'str' }),
    defaultAuthor: `flow:${settings.text('name', settings.text('id'))}`.slice(0, AUTHOR_LENGTH),
    existing: settings.choice('existing', EXISTING, 'merge'),
    dryRun: settings.flag('dryRun', false),
    encoding: settings.choice('encoding', ENCODINGS, 'utf-8'),
    format: settings.choice('format', EXPORT_FORMATS, 'json'),
    separator: SEPARATORS[settings.choice('separator', SEPARATOR_NAMES, 'comma')],
  };
}
