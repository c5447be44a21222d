import type { SiteFaces } from '../../lib/runtime/faces.ts';
import { shownState, type SiteApi } from '../../lib/runtime/site.ts';
import type { Status, StatusName } from '../../lib/runtime/status.ts';

/** Shows the engine's state, then that of the faces, as the steady status of a node. Returns how to stop. */
export function followFaces(site: SiteApi, faces: SiteFaces, status: Status): () => void {
  const show = (): void => {
    status.show(shownState(site.state, stateOf(faces)));
  };
  show();
  const stops = [site.onState(show), faces.onState(show)];
  return () => {
    for (const stop of stops) stop();
  };
}

function stateOf({ client, unusable }: SiteFaces): StatusName {
  switch (client.state) {
    case 'down':
      return 'facesDown';
    case 'idle':
    case 'starting':
    case 'filling':
      return client.error === undefined ? 'starting' : 'facesDown';
    case 'up':
      return unusable.refused.size + unusable.broken.size === 0 ? 'ready' : 'degraded';
  }
}
