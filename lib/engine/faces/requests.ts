import Type, { type Static } from 'typebox';
import { ModelIdentity } from '../../model/credential.ts';
import { Consent } from '../../model/consent.ts';
import { Id, Name, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { MOST_CARRIED } from './carried-text.ts';
import { PhotoResults } from '../../link/sync/receipt.ts';

/**
 * Where templates of faces are: dispatched by a server or enrolled here (`stored`), enrolled here and never sent
 * anywhere (`gatewayOnly`), on the QR or card of the visitor and nowhere else (`carried`), or nowhere (`off`).
 */
export const FACE_MODES = ['stored', 'gatewayOnly', 'carried', 'off'] as const;
export type FaceMode = (typeof FACE_MODES)[number];

/** A photo that is sent to gateways has no more bytes: it has to fit into a message of the link. */
export const MOST_PHOTO_BYTES = 96 * 1024;

const Days = Type.Integer({ minimum: 0, maximum: 3660 });

export const FaceConfig = Type.Object(
  {
    mode: Type.Enum(FACE_MODES),
    /** Days after the end of the validity of a person or of the credential after which a template is deleted. */
    keepAfterValidity: Days,
    /** Days after the consent was withdrawn; it is not searched from that moment on. */
    keepAfterWithdrawal: Days,
    /** At a server: photos stay, sealed, when all gateways have made their templates of them. Default: they go. */
    keepPhotos: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type FaceConfig = Static<typeof FaceConfig>;

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 }));

/** Everything about faces that comes in through the engine's interface is checked here first. */
export const config = parser(FaceConfig);
export const changes = parser(
  Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 128 })), limit: Limit }, closed),
);
export const audience = parser(Type.Object({ accessPoint: Id }, closed));
export const reenrolments = parser(
  Type.Object(
    { model: Type.Optional(ModelIdentity), after: Type.Optional(Id), limit: Limit },
    closed,
  ),
);
export const erasure = parser(
  Type.Object({ person: Id, what: Type.Enum(['biometrics', 'person']), author: Name }, closed),
);

const { text, language, guardian } = Consent.properties;
const Dispatch = Type.Object(
  {
    person: Id,
    /** A JPEG in base64. */
    photo: Type.String({
      pattern: '^[A-Za-z0-9+/]+={0,2}$',
      maxLength: Math.ceil(MOST_PHOTO_BYTES / 3) * 4,
    }),
    author: Name,
    /** The consent that is recorded with it; without one there has to be an earlier one. */
    consent: Type.Optional(Type.Object({ text, language, guardian }, closed)),
  },
  closed,
);
export type Dispatch = Static<typeof Dispatch>;
export const dispatch = parser(Dispatch);

export const resend = parser(Type.Object({ person: Id, author: Name }, closed));

const Template = Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength: 4096 });
const Settle = Type.Object(
  {
    credential: Id,
    made: Type.Optional(Type.Object({ template: Template, model: ModelIdentity }, closed)),
    problem: Type.Optional(Name),
  },
  closed,
);
export type Settle = Static<typeof Settle>;
export const settle = parser(Settle);

export const model = parser(ModelIdentity);
export const ofModel = parser(Type.Object({ model: ModelIdentity }, closed));
export const told = parser(
  Type.Object({ credentials: Type.Array(Id, { maxItems: 1000 }) }, closed),
);
export const results = parser(Type.Object({ gateway: Id, results: PhotoResults }, closed));

const Issue = Type.Object(
  {
    person: Id,
    made: Type.Object({ template: Template, model: ModelIdentity }, closed),
    author: Name,
    consent: Dispatch.properties.consent,
  },
  closed,
);
export type Issue = Static<typeof Issue>;
export const issue = parser(Issue);
export const carried = parser(
  Type.Object({ carried: Type.String({ minLength: 1, maxLength: MOST_CARRIED }) }, closed),
);
