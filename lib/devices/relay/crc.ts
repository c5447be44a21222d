/** The generator of CRC-16/MODBUS, bit-reversed. */
const POLYNOMIAL = 0xa001;

/** CRC-16/MODBUS over all bytes. On the wire the low byte comes first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ POLYNOMIAL : crc >> 1;
  }
  return crc;
}

/** The frame with its CRC appended. */
export function withCrc(frame: Uint8Array): Buffer {
  const crc = crc16(frame);
  return Buffer.from([...frame, crc & 0xff, crc >> 8]);
}

/** Whether the last two bytes are the CRC of those before them. */
export function hasValidCrc(frame: Uint8Array): boolean {
  // The CRC of a frame that includes its own CRC is zero.
  return frame.length > 2 && crc16(frame) === 0;
}
