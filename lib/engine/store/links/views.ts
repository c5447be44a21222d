import { DEVICE_VIEWS } from './devices.ts';
import { FIRM_VIEWS } from './firms.ts';
import { TAG_VIEWS } from './tags.ts';

/**
 * The links of a business park as views, each under its own name and once for each direction. The
 * column "link" holds that name. Instants are ISO texts in UTC, plans and passes local times of the site.
 */
export const LINK_VIEWS = [...TAG_VIEWS, ...FIRM_VIEWS, ...DEVICE_VIEWS].join('\n');
