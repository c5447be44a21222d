import type { StoredCredential } from '../../../model/entity.ts';
import { AccessError } from '../../../model/errors.ts';
import {
  describe,
  fromFlag,
  fromJson,
  given,
  present,
  toFlag,
  toJson,
  type Codec,
  type Columns,
} from './codec.ts';
import type { CredentialRow } from './tables.ts';

export const credential: Codec<'credential'> = {
  blank: {
    person: null,
    type: null,
    lookup: null,
    hint: null,
    status: null,
    valid_from: null,
    valid_to: null,
    label: null,
    duress: null,
    model: null,
    attributes: null,
    sealed: null,
    template: null,
    token_key: null,
  },
  required: [
    ['person', 'person'],
    ['type', 'type'],
    ['value', 'sealed'],
  ],
  columns: (value) =>
    given<Columns<'credential'>>({
      person: value.person,
      type: value.type,
      status: value.status,
      valid_from: value.validFrom,
      valid_to: value.validTo,
      label: value.label,
      duress: toFlag(value.duress),
      model: toJson(value.model),
      attributes: toJson(value.attributes),
      lookup: value.secret?.lookup,
      hint: value.secret?.hint,
      sealed: value.secret?.sealed,
      template: value.template,
      token_key: value.tokenKey,
    }),
  entity: (row) =>
    present<StoredCredential>({
      id: row.id,
      person: row.person,
      type: row.type,
      status: row.status,
      validFrom: row.valid_from,
      validTo: row.valid_to,
      label: row.label,
      duress: fromFlag(row.duress),
      model: fromJson(row.model),
      attributes: fromJson(row.attributes),
      hint: row.hint,
      hasTemplate: row.template === null ? null : true,
      hasTokenKey: row.token_key === null ? null : true,
    }),
  words: (row) => [row.label, row.hint],
  references: ({ person: id }) => (id === undefined ? [] : [{ kind: 'person', id }]),
  kept: ({ sealed }, { lookup, hint, ...stored }) =>
    sealed === undefined
      ? {
          lookup,
          hint,
          sealed: stored.sealed,
          template: stored.template,
          token_key: stored.token_key,
        }
      : {},
  unique: {
    by: ['lookup'],
    // Only a PIN may be chosen by several people: it is a secret, and a refusal would tell that someone uses it.
    key: ({ type, lookup }) => (type === 'pin' ? undefined : `${type} ${lookup}`),
    taken: (owner) =>
      `its value belongs to ${describe('credential', owner.id)} of ${describe('person', owner.person)}`,
  },
  check: checkType,
};

/** The stored digest belongs to the type as well as to the value. */
function checkType(row: CredentialRow, stored: CredentialRow | undefined): void {
  if (stored === undefined || row.type === stored.type || row.lookup !== stored.lookup) return;
  throw new AccessError(
    'INPUT_INVALID',
    `${describe('credential', row.id)} needs "value" when its type changes`,
  );
}
