/** One muted tint per job, readable with dark text in the light and in the dark theme. */
export const TINT = {
  reader: '#C7E9C0',
  decision: '#E6E0F8',
  actuator: '#FDD0A2',
  record: '#C0DEED',
  config: '#D7D7A0',
} as const;

export const CATEGORY = 'access control';

/** Names a key of the words that all nodes share. */
export function shared(key: string): string {
  return `common.${key}`;
}
