import { createEmitter, type Emitter } from '../model/emitter.ts';
import type { SiteApi } from './site.ts';

/** What a server has said of faces that nobody at the gateway has. */
interface Events {
  /** The id of the attempt that it has granted. */
  granted: string;
}

const emitters = new WeakMap<SiteApi, Emitter<Events>>();

/** Shared by the cameras of a site and by those who ask the server for them. */
export function grantedElsewhere(site: SiteApi): Emitter<Events> {
  const known = emitters.get(site) ?? createEmitter<Events>();
  emitters.set(site, known);
  return known;
}
