import Type, { type Static } from 'typebox';
import { ModelIdentity } from '../../model/credential.ts';
import { Id, Name, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';

/**
 * Where templates of faces are: dispatched by a server or enrolled here (`stored`), enrolled here and never sent
 * anywhere (`gatewayOnly`), on the QR or card of the visitor and nowhere else (`carried`), or nowhere (`off`).
 */
export const FACE_MODES = ['stored', 'gatewayOnly', 'carried', 'off'] as const;
export type FaceMode = (typeof FACE_MODES)[number];

const Days = Type.Integer({ minimum: 0, maximum: 3660 });

export const FaceConfig = Type.Object(
  {
    mode: Type.Enum(FACE_MODES),
    /** Days after the end of the validity of a person or of the credential after which a template is deleted. */
    keepAfterValidity: Days,
    /** Days after the consent was withdrawn; it is not searched from that moment on. */
    keepAfterWithdrawal: Days,
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
  Type.Object({ model: ModelIdentity, after: Type.Optional(Id), limit: Limit }, closed),
);
export const pictures = parser(
  Type.Object({ person: Id, after: Type.Optional(Type.Integer({ minimum: 0 })) }, closed),
);
export const erasure = parser(
  Type.Object({ person: Id, what: Type.Enum(['biometrics', 'person']), author: Name }, closed),
);
