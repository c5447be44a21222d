/** Wiegand frames computed by two independent programs; bits, right-aligned hex and OSDP RAW bytes. */
export interface WiegandVector {
  format: string;
  facility?: number;
  card: number;
  bits: string;
  hex: string;
  osdp: string;
  canonical: string;
}

const rows: [string, number | undefined, number, string, string, string, string][] = [
  ['H10301', 0, 0, '00000000000000000000000001', '1', '00000040', '00000000'],
  ['H10301', 1, 1, '10000000100000000000000010', '2020002', '80800080', '00010001'],
  ['H10301', 123, 4567, '10111101100010001110101110', '2F623AE', 'BD88EB80', '007B11D7'],
  ['H10301', 123, 45678, '10111101110110010011011101', '2F764DD', 'BDD93740', '007BB26E'],
  ['H10301', 90, 324, '00101101000000001010001000', 'B40288', '2D00A200', '005A0144'],
  ['H10301', 255, 65535, '01111111111111111111111111', '1FFFFFF', '7FFFFFC0', '00FFFFFF'],
  ['H10306', 1, 1, '1000000000000000100000000000000010', '200020002', '8000800080', '00010001'],
  ['H10306', 123, 45678, '0000000000111101110110010011011100', 'F764DC', '003DD93700', '007BB26E'],
  ['H10306', 32769, 1, '0100000000000000100000000000000010', '100020002', '4000800080', '80010001'],
  [
    'H10306',
    65535,
    65535,
    '0111111111111111111111111111111111',
    '1FFFFFFFF',
    '7FFFFFFFC0',
    'FFFFFFFF',
  ],
  ['RAW34', undefined, 1, '0000000000000000000000000000000010', '2', '0000000080', '00000001'],
  [
    'RAW34',
    undefined,
    439041101,
    '1000110100010101100111100010011011',
    '23456789B',
    '8D159E26C0',
    '1A2B3C4D',
  ],
  [
    'RAW34',
    undefined,
    3735928559,
    '1110111101010110110111110111011110',
    '3BD5B7DDE',
    'EF56DF7780',
    'DEADBEEF',
  ],
  ['C1000-35', 1, 1, '11000000000001000000000000000000011', '600200003', 'C004000060', '00100001'],
  [
    'C1000-35',
    1234,
    567890,
    '11010011010010100010101010010100100',
    '69A5154A4',
    'D34A2A9480',
    '4D28AA52',
  ],
  [
    'C1000-35',
    4095,
    1048575,
    '10111111111111111111111111111111110',
    '5FFFFFFFE',
    'BFFFFFFFC0',
    'FFFFFFFF',
  ],
  [
    'H10302',
    undefined,
    1,
    '0000000000000000000000000000000000010',
    '2',
    '0000000010',
    '0000000001',
  ],
  [
    'H10302',
    undefined,
    1234567890,
    '1000010010011001011000000010110100101',
    '10932C05A5',
    '8499602D28',
    '00499602D2',
  ],
  [
    'H10302',
    undefined,
    12345678901,
    '1010110111111101110000011100001101010',
    '15BFB8386A',
    'ADFDC1C350',
    '02DFDC1C35',
  ],
  [
    'H10302',
    undefined,
    34359738367,
    '0111111111111111111111111111111111111',
    'FFFFFFFFF',
    '7FFFFFFFF8',
    '07FFFFFFFF',
  ],
  [
    'H10304',
    1,
    1,
    '1000000000000000100000000000000000010',
    '1000100002',
    '8000800010',
    '0000080001',
  ],
  [
    'H10304',
    1234,
    12345,
    '1000001001101001000000110000001110011',
    '104D206073',
    '8269030398',
    '0026903039',
  ],
  [
    'H10304',
    40000,
    123456,
    '1100111000100000000111100010010000001',
    '19C403C481',
    'CE201E2408',
    '04E201E240',
  ],
  [
    'H10304',
    65535,
    524287,
    '0111111111111111111111111111111111111',
    'FFFFFFFFF',
    '7FFFFFFFF8',
    '07FFFFFFFF',
  ],
  [
    'C1000-48',
    1,
    1,
    '010000000000000000000001000000000000000000000010',
    '400001000002',
    '400001000002',
    '000000800001',
  ],
  [
    'C1000-48',
    1234,
    56789,
    '110000000000010011010010000000011011101110101011',
    'C004D201BBAB',
    'C004D201BBAB',
    '00026900DDD5',
  ],
  [
    'C1000-48',
    1234567,
    7654321,
    '110100101101011010000111111010011001011101100011',
    'D2D687E99763',
    'D2D687E99763',
    '096B43F4CBB1',
  ],
  [
    'C1000-48',
    4194303,
    8388607,
    '101111111111111111111111111111111111111111111111',
    'BFFFFFFFFFFF',
    'BFFFFFFFFFFF',
    '1FFFFFFFFFFF',
  ],
];

export const WIEGAND_VECTORS: readonly WiegandVector[] = rows.map(
  ([format, facility, card, bits, hex, osdp, canonical]) => ({
    format,
    card,
    bits,
    hex,
    osdp,
    canonical,
    ...(facility !== undefined && { facility }),
  }),
);

/** 123/4567 in 26 bits with bit 5 flipped: the even parity must fail. */
export const BROKEN_WIEGAND = '10110101100010001110101110';

export const RDM6300 = {
  tag: '0A00B3C4D5',
  frame: '0230413030423343344435413803',
  others: [
    { tag: '6A003E3A2C', frame: '0236413030334533413243343203' },
    { tag: '010203ABCD', frame: '0230313032303341424344363603' },
  ],
} as const;
export const ID12_FRAME = '02304130304233433444354138' + '0D0A03';
export const EM4100_FRAME = 'FF828005CD84ED44';
export const MODULE_NOTICE = 'BB02220011C93000E20000172211014418905ED5ABCDF27E';
export const MODULE_COMMAND = 'BB00220000227E';
export const ANSWER_COMMANDS = ['040001DB4B', '04FF211995'] as const;

/** One card, UID DE AD BE EF, as different readers report it. */
export const UID = 'DEADBEEF';
export const BYTE_ORDERS = [
  { report: 'DEADBEEF', notation: 'hex', conversion: 'asRead', part: undefined },
  { report: 'EFBEADDE', notation: 'hex', conversion: 'reversed', part: undefined },
  { report: '3735928559', notation: 'decimal', conversion: 'asRead', part: undefined },
  { report: '4022250974', notation: 'decimal', conversion: 'reversed', part: undefined },
  { report: '173,48879', notation: 'threeFive', conversion: 'asRead', part: 'last3' },
  { report: '222,44478', notation: 'threeFive', conversion: 'asRead', part: 'first3' },
  { report: '190,44510', notation: 'threeFive', conversion: 'reversed', part: 'first3' },
] as const;
