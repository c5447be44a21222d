/** The frame of an RDM6300 reader for a card number of ten hexadecimal digits. */
export function rdm6300(card: string): Buffer {
  let check = 0;
  for (const byte of Buffer.from(card, 'hex')) check ^= byte;
  const tail = check.toString(16).toUpperCase().padStart(2, '0');
  return Buffer.from(`\u0002${card}${tail}\u0003`, 'latin1');
}
