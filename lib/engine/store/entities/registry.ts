import type { EntityKind } from '../../../model/entity.ts';
import type { Codec } from './codec.ts';
import { consent } from './consent.ts';
import { credential } from './credential.ts';
import { timeCorrection } from './corrections.ts';
import { deal, employment, firm, fitting, pass, plannedDay, waiver, zone } from './park.ts';
import { group, person } from './people.ts';
import { holidayGroup, permission, schedule } from './rights.ts';

/** How each kind of entity is stored. */
export const CODECS: { readonly [K in EntityKind]: Codec<K> } = {
  person,
  group,
  consent,
  credential,
  permission,
  schedule,
  holidayGroup,
  zone,
  firm,
  employment,
  plannedDay,
  timeCorrection,
  pass,
  waiver,
  deal,
  fitting,
};
