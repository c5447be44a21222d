import type { UploadPhase } from '../../lib/link/log/uploader.ts';
import type { StatusName } from '../../lib/runtime/status.ts';

interface UploadState {
  phase: UploadPhase;
  /** Records that wait. */
  waiting: number;
  /** Milliseconds since 1970 UTC. */
  acknowledgedAt?: number;
  /** Pictures that wait. */
  pictures?: { waiting: number };
}

const NAMES: Readonly<Record<UploadPhase, StatusName>> = {
  offline: 'disconnected',
  announcing: 'connecting',
  uploading: 'ready',
};

/**
 * How much waits, records and pictures, and when the server acknowledged last, in signs that need no translation:
 * `↑ 120 · ▣ 3 · ✓ 14:05:33`.
 */
export function uploadStatus(
  { phase, waiting, acknowledgedAt, pictures }: UploadState,
  timeZone: string,
): { name: StatusName; text: string } {
  const parts = [`↑ ${waiting}`];
  if (pictures !== undefined && pictures.waiting > 0) parts.push(`▣ ${pictures.waiting}`);
  if (acknowledgedAt !== undefined) parts.push(`✓ ${timeOfDay(acknowledgedAt, timeZone)}`);
  return { name: NAMES[phase], text: parts.join(' · ') };
}

function timeOfDay(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone }).format(at);
}
