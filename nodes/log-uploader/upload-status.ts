import type { UploadPhase } from '../../lib/link/uploader.ts';
import type { StatusName } from '../../lib/runtime/status.ts';

interface UploadState {
  phase: UploadPhase;
  /** Records that wait. */
  waiting: number;
  /** Milliseconds since 1970 UTC. */
  acknowledgedAt: number | undefined;
}

const NAMES: Readonly<Record<UploadPhase, StatusName>> = {
  offline: 'disconnected',
  announcing: 'connecting',
  uploading: 'ready',
};

/** How much waits and when the server acknowledged last, in signs that need no translation: `↑ 120 · ✓ 14:05:33`. */
export function uploadStatus(
  { phase, waiting, acknowledgedAt }: UploadState,
  timeZone: string,
): { name: StatusName; text: string } {
  const parts = [`↑ ${waiting}`];
  if (acknowledgedAt !== undefined) parts.push(`✓ ${timeOfDay(acknowledgedAt, timeZone)}`);
  return { name: NAMES[phase], text: parts.join(' · ') };
}

function timeOfDay(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone }).format(at);
}
