import Type, { type Static } from 'typebox';
import { AccessPoint } from './access-point.ts';
import { Id, Name, closed } from './fields.ts';
import { Master } from './master.ts';

export const LANGUAGES = ['en-US', 'zh-CN', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What the site config node sends to its engine at start and at every deploy. */
export const SiteSettings = Type.Object(
  {
    id: Id,
    name: Name,
    /** IANA zone in which all local dates and times of the site are meant, for example `Asia/Shanghai`. */
    zone: Type.String({ minLength: 1, maxLength: 64 }),
    language: Type.Enum(LANGUAGES),
    /** How card and QR values stand in the log (D6). PIN and biometric values are always digests. */
    logValues: Type.Union([Type.Literal('masked'), Type.Literal('plain')]),
    /** Who may pass while the clock cannot be trusted: nobody, or people whose right has no time limit. */
    untrustedClock: Type.Union([Type.Literal('deny'), Type.Literal('alwaysOnly')]),
    /** Sent records kept for reading, per stream. */
    ring: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
    /** Unsent records kept before the oldest is overwritten, in records and in bytes (D9). */
    quotaRecords: Type.Integer({ minimum: 100, maximum: 100_000_000 }),
    quotaBytes: Type.Integer({ minimum: 1_048_576 }),
    /** Where people, credentials and permissions are born; default `local`. */
    master: Type.Optional(Master),
    /**
     * Hours for which a right counts that the server has not confirmed; then only the server is asked (D8). It compares
     * what a gateway holds every six hours. Absent: for ever.
     */
    confirmWithin: Type.Optional(Type.Integer({ minimum: 12, maximum: 2160 })),
    /** Days for which passages and stays are kept for reports; default 400. */
    presenceDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3660 })),
  },
  closed,
);
export type SiteSettings = Static<typeof SiteSettings>;

export const EngineConfig = Type.Object(
  { site: SiteSettings, accessPoints: Type.Array(AccessPoint, { maxItems: 1000 }) },
  closed,
);
export type EngineConfig = Static<typeof EngineConfig>;
