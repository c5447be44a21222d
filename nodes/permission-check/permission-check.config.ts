import type { Settings } from '../../lib/runtime/settings.ts';

export interface PermissionCheckConfig {
  site: string;
  /** Config node of the access point; without it the attempt says where it happened. */
  accessPoint: string | undefined;
}

export function normalise(settings: Settings): PermissionCheckConfig {
  return { site: settings.text('site'), accessPoint: settings.optionalText('accessPoint') };
}
