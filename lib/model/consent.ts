import Type, { type Static } from 'typebox';
import { Attributes, Id, Instant, Name, closed } from './fields.ts';

/**
 * That somebody agreed to have a template of the face kept (N15): who, when, to which text, in which language.
 * Without one that is not withdrawn no template is stored, and none is searched.
 */
export const Consent = Type.Object(
  {
    id: Id,
    person: Id,
    /** Version of the text that was agreed to. */
    text: Name,
    /** Language in which it was shown, as BCP 47 writes it, for example `zh-CN`. */
    language: Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35 }),
    at: Instant,
    /** Who took it down. */
    author: Name,
    /** Who agreed on behalf of the person, such as a parent. */
    guardian: Type.Optional(Name),
    withdrawnAt: Type.Optional(Instant),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Consent = Static<typeof Consent>;
