import type { KeyObject } from 'node:crypto';
import { seal, unseal } from './envelope.ts';
import { PROTOCOL, type Channel } from '../wire/topics.ts';

/** What a signature is for: one on a channel never counts on another. */
export function labelOf(channel: Channel): string {
  return `gatewire ${channel} ${String(PROTOCOL)}`;
}

/** Signs what is sent on a channel. */
export function sealLetter(channel: Channel, content: object, key: KeyObject): string {
  return seal(content, labelOf(channel), key);
}

/** What somebody has sent on a channel; undefined if none of the keys has signed it. */
export function openLetter(channel: Channel, text: string, keys: readonly KeyObject[]): unknown {
  return unseal(text, labelOf(channel), keys);
}
