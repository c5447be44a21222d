import Type from 'typebox';
import { SYNC_KINDS } from '../../server/wanted/kinds.ts';

export const SyncKindName = Type.Enum(SYNC_KINDS);
/** AES-256-GCM for one engine alone: nonce, tag, text; base64url. */
export const Sealed = Type.String({
  pattern: '^[A-Za-z0-9_-]+$',
  minLength: 38,
  maxLength: 8192,
});
