/** The security levels that the dialog offers by name; `custom` is written as JSON. */
export const LEVEL_NAMES = [
  'any',
  'card',
  'cardOrFace',
  'cardAndPin',
  'twoPersons',
  'custom',
] as const;
export type LevelName = (typeof LEVEL_NAMES)[number];

/** One line of the dialog's list: during this schedule, this level. */
export interface LevelEntry {
  schedule: string;
  level: LevelName;
}
