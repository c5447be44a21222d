import { OPERATIONS, type Operation } from '../../lib/attendance/perform.ts';
import { TIMESHEET_FORMATS, type TimesheetFormat } from '../../lib/attendance/timesheet-file.ts';
import { SEPARATORS, type Separator, type SeparatorName } from '../../lib/people/csv.ts';
import { ENCODINGS, type Encoding } from '../../lib/people/text.ts';
import type { Settings } from '../../lib/runtime/settings.ts';
import { typedField, type TypedValue } from '../../lib/runtime/typed-value.ts';

/** In the place of an operation: the message says it, as `msg.operation`. */
export const FROM_MESSAGE = 'message';

const SEPARATOR_NAMES = Object.keys(SEPARATORS) as SeparatorName[];
/** The longest name of an author. */
const AUTHOR_LENGTH = 64;

export interface AttendanceConfig {
  site: string;
  operation: Operation | typeof FROM_MESSAGE;
  /** The firm of messages that name none. */
  firm: TypedValue;
  value: TypedValue;
  author: TypedValue;
  /** The firm to which the node is limited; nothing for all. */
  scope: TypedValue;
  /** Who is named in corrections and in the administration log if the author is empty. */
  defaultAuthor: string;
  dryRun: boolean;
  encoding: Encoding;
  format: TimesheetFormat;
  separator: Separator;
}

export function normalise(settings: Settings): AttendanceConfig {
  return {
    site: settings.text('site'),
    operation: settings.choice('operation', [...OPERATIONS, FROM_MESSAGE], 'timesheet'),
    firm: typedField(settings, 'firm', { value: '', type: 'str' }),
    value: typedField(settings, 'value', { value: 'payload', type: 'msg' }),
    author: typedField(settings, 'author', { value: '', type: 'str' }),
    scope: typedField(settings, 'scope', { value: '', type: 'str' }),
    defaultAuthor: `flow:${settings.text('name', settings.text('id'))}`.slice(0, AUTHOR_LENGTH),
    dryRun: settings.flag('dryRun', false),
    encoding: settings.choice('encoding', ENCODINGS, 'utf-8'),
    format: settings.choice('format', TIMESHEET_FORMATS, 'json'),
    separator: SEPARATORS[settings.choice('separator', SEPARATOR_NAMES, 'comma')],
  };
}
