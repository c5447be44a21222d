import type { Scan } from '../framing/scan-cutter.ts';
import { crc16 } from './crc16.ts';
import type { TagReport } from './tag-report.ts';

/** Length byte, address, command, and two bytes of CRC: a host's own command without data. */
const COMMAND_LENGTH = 4;
const CRC_BYTES = 2;
const DATA_AT = 4;

const INVENTORY = 0x01;
const REPORTED_BY_ITSELF = 0xee;
/** Status bytes after which tags follow: inventory done, timed out, more to come, memory full. */
const INVENTORY_STATUS: readonly number[] = [1, 2, 3, 4];
const REPORT_STATUS = 0;

/**
 * What stands before and after each EPC. `plain`: an inventory answer is a count, then length and EPC of
 * each tag; a tag reported by itself is its bare EPC. `antenna`: the antenna comes first, and each EPC has
 * its length before and its signal strength after it.
 */
export const TAG_LISTS = ['plain', 'antenna'] as const;
export type TagList = (typeof TAG_LISTS)[number];

/**
 * Scanner for UHF readers with length-prefixed frames: length of the rest, address, command, status, data,
 * CRC-16 (low byte first).
 */
export function scanAnswer(bytes: Uint8Array): Scan {
  const rest = bytes[0] ?? 0;
  if (rest < COMMAND_LENGTH) return { broken: 'noise', extent: 1 };
  const length = rest + 1;
  if (bytes.length < length) return 'more';
  const crc = crc16(bytes.subarray(0, length - CRC_BYTES));
  const sent = (bytes[length - 2] ?? 0) | ((bytes[length - 1] ?? 0) << 8);
  return crc === sent ? { length } : { broken: 'check', extent: length };
}

/** The tags that a whole frame reports; none for other answers; undefined if the list does not add up. */
export function answerTags(frame: Uint8Array, list: TagList): TagReport[] | undefined {
  if (frame.length <= DATA_AT + CRC_BYTES) return [];
  const [, , command = 0, status = 0] = frame;
  const data = frame.subarray(DATA_AT, -CRC_BYTES);
  if (command === INVENTORY && INVENTORY_STATUS.includes(status)) {
    return list === 'plain' ? plainList(data) : antennaList(data);
  }
  if (command !== REPORTED_BY_ITSELF || status !== REPORT_STATUS) return [];
  return list === 'plain' ? [{ epc: data.slice() }] : antennaTags(data[0] ?? 0, data.subarray(1));
}

function plainList(data: Uint8Array): TagReport[] | undefined {
  const tags = entriesOf(data.subarray(1), 0)?.map((epc) => ({ epc }));
  return tags?.length === data[0] ? tags : undefined;
}

function antennaList(data: Uint8Array): TagReport[] | undefined {
  const tags = antennaTags(data[0] ?? 0, data.subarray(2));
  return tags?.length === data[1] ? tags : undefined;
}

function antennaTags(antenna: number, data: Uint8Array): TagReport[] | undefined {
  return entriesOf(data, 1)?.map((entry) => ({
    epc: entry.slice(0, -1),
    signal: { antenna, rssi: entry.at(-1) ?? 0 },
  }));
}

/** Splits a list of length bytes, each followed by that many bytes and `extra` more; undefined if it ends amid one. */
function entriesOf(data: Uint8Array, extra: number): Uint8Array[] | undefined {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < data.length) {
    const size = data[at] ?? 0;
    const end = at + 1 + size + extra;
    if (size === 0 || end > data.length) return undefined;
    entries.push(data.slice(at + 1, end));
    at = end;
  }
  return entries;
}
