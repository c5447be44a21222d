import type { Static } from 'typebox';
import { AccessError } from '../../model/errors.ts';
import { keypad, pcsc, terminal } from './device.ts';
import type { Form, Source } from './form.ts';
import { em4100, id12, rdm6300 } from './tag.ts';
import { number, qr } from './text.ts';
import { uhfAnswer, uhfModule } from './uhf.ts';
import { wiegand } from './wiegand.ts';

/** Every kind of reader. */
export const FORMS = {
  wiegand,
  rdm6300,
  id12,
  em4100,
  number,
  qr,
  uhfModule,
  uhfAnswer,
  pcsc,
  keypad,
  terminal,
} as const;

export type ReaderKind = keyof typeof FORMS;

/** The settings of a reader, a union by `kind`. */
export type ReaderForm = { [K in ReaderKind]: Static<(typeof FORMS)[K]['schema']> }[ReaderKind];

/** Checks the settings of a reader and opens it. Throws `CONFIG_INVALID` naming what is wrong. */
export function openForm(settings: unknown): Source {
  const kind: unknown =
    typeof settings === 'object' && settings !== null && 'kind' in settings
      ? settings.kind
      : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(FORMS, kind)) {
    throw new AccessError('CONFIG_INVALID', 'reader form.kind: there is no such kind of reader');
  }
  const form: Pick<Form, 'open'> = FORMS[kind as ReaderKind];
  return form.open(settings);
}
