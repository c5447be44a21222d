import { codecOf, flag, plain, referencesIn } from './cells.ts';

/** Corrections of working time. That they are only ever created is checked before they come here. */
export const timeCorrection = codecOf<'timeCorrection'>(
  {
    person: plain('person'),
    firm: plain('firm'),
    from: plain('from'),
    to: plain('to'),
    present: flag('present'),
    reason: plain('reason'),
    author: plain('author'),
    at: plain('at'),
  },
  {
    required: [
      ['person', 'person'],
      ['from', 'from'],
      ['to', 'to'],
      ['present', 'present'],
      ['reason', 'reason'],
      ['author', 'author'],
      ['at', 'at'],
    ],
    words: (row) => [row.reason, row.author],
    references: (columns) =>
      referencesIn<'timeCorrection'>(columns, { person: 'person', firm: 'firm' }),
  },
);
