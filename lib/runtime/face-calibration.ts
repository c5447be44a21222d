import { AccessError } from '../model/errors.ts';
import type { FaceService } from '../face/service.ts';
import { acquireFaces } from './faces.ts';
import type { SiteApi } from './site.ts';

/** What NIST asks of a verification at least; see docs/face-gallery.md. */
const FALSE_MATCH = 1e-4;

/** Thresholds by how alike the people of a site are. `falseMatch`: as text, above 0 and below 1; default 0.0001. */
export async function calibrateFaces(
  site: SiteApi,
  falseMatch = String(FALSE_MATCH),
): ReturnType<FaceService['calibrate']> {
  const rate = Number(falseMatch);
  if (!(rate > 0 && rate < 1)) {
    throw new AccessError('INPUT_INVALID', 'falseMatch must be a number above 0 and below 1');
  }
  const { faces, release } = acquireFaces(site);
  try {
    return await faces.service.calibrate({ falseMatch: rate });
  } finally {
    release();
  }
}
