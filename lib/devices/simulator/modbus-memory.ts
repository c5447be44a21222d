/** The outputs and inputs behind a Modbus server; addresses from 0, `undefined` or `false` where there is none. */
export interface ModbusMemory {
  readOutput(address: number): boolean | undefined;
  readInput(address: number): boolean | undefined;
  /** `value`: the 16 bits of the request, `0xff00` for on. Returns whether the address exists. */
  writeOutput(address: number, value: number): boolean;
}

/** Exceptions of the Modbus application protocol. */
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
/** Function codes. */
const READ_COILS = 1;
const READ_INPUTS = 2;
const WRITE_COIL = 5;
const WRITE_COILS = 15;
/** Most bits that one request may ask for. */
const MOST_BITS = 2000;

/** The answer to a request, both as a function code with its data (PDU). Requests that are too short are refused. */
export function answerTo(pdu: Buffer, memory: ModbusMemory): Buffer {
  const code = pdu[0] ?? 0;
  const result = pdu.length < 5 ? ILLEGAL_VALUE : execute(code, pdu, memory);
  return typeof result === 'number' ? Buffer.from([code | 0x80, result]) : result;
}

/** The answer, or the number of an exception. */
function execute(code: number, pdu: Buffer, memory: ModbusMemory): Buffer | number {
  switch (code) {
    case READ_COILS:
      return readBits(pdu, (address) => memory.readOutput(address));
    case READ_INPUTS:
      return readBits(pdu, (address) => memory.readInput(address));
    case WRITE_COIL:
      return writeOne(pdu, memory);
    case WRITE_COILS:
      return writeMany(pdu, memory);
    default:
      return ILLEGAL_FUNCTION;
  }
}

function readBits(pdu: Buffer, read: (address: number) => boolean | undefined): Buffer | number {
  const first = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  if (count < 1 || count > MOST_BITS) return ILLEGAL_VALUE;
  const bytes = Buffer.alloc(Math.ceil(count / 8));
  for (let i = 0; i < count; i++) {
    const bit = read(first + i);
    if (bit === undefined) return ILLEGAL_ADDRESS;
    if (bit) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return Buffer.concat([Buffer.from([pdu[0] ?? 0, bytes.length]), bytes]);
}

function writeOne(pdu: Buffer, memory: ModbusMemory): Buffer | number {
  const written = memory.writeOutput(pdu.readUInt16BE(1), pdu.readUInt16BE(3));
  return written ? pdu.subarray(0, 5) : ILLEGAL_ADDRESS;
}

function writeMany(pdu: Buffer, memory: ModbusMemory): Buffer | number {
  const first = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  if (count < 1 || pdu.length < 6 + Math.ceil(count / 8)) return ILLEGAL_VALUE;
  for (let i = 0; i < count; i++) {
    const on = ((pdu[6 + (i >> 3)] ?? 0) >> (i & 7)) & 1;
    if (!memory.writeOutput(first + i, on ? 0xff00 : 0)) return ILLEGAL_ADDRESS;
  }
  return pdu.subarray(0, 5);
}
