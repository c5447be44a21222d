import type { RemoteCommand } from '../ends/command.ts';
import type { PairingAnswer, PairingRefusal, PairingRequest } from '../trust/pairing.ts';
import type { RecordsAnswer, RecordsMessage } from '../log/records.ts';

const ADDRESS = { site: 'park', gateway: 'north' };
const STREAM_ID = '0199a7c4-5e1f-7c3a-9d2b-6f0e8a1b2c3d';
const NONCE = 'u3Jb0sX9k2mQ7vYtR4nWcA';
const ZEROS = '0'.repeat(64);
const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

export const PAIRING_EXAMPLES: {
  request: PairingRequest;
  answer: PairingAnswer;
  refusal: PairingRefusal;
} = {
  request: {
    ...ADDRESS,
    key: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    nonce: NONCE,
    proof: 'fC3nD6q2Xo8m1ZrYb5vKtJw4gLs7uPe9hAiQxTcMkV0',
  },
  answer: {
    ...ADDRESS,
    key: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
    nonce: 'q83vEjRWeJCrze8SNFZ4kA',
    proof: 'Zt1yLq9cVb3nMw5eRk7uXi2oPa4sDf6gHj8lKz0xCvB',
  },
  refusal: { refusal: 'wrongCode' },
};

export const COMMAND_EXAMPLES: readonly RemoteCommand[] = [
  {
    id: '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5b',
    ...ADDRESS,
    order: { kind: 'open', accessPoint: 'front-door' },
    beat: { session: 'q83vEjRWeJCrze8SNFZ4kA', number: 42 },
    life: 5000,
    author: 'ann',
    reason: 'courier at the door',
  },
];

export const RECORDS_EXAMPLES: readonly RecordsMessage[] = [
  {
    kind: 'announcement',
    instance: NONCE,
    number: 1,
    streams: [
      { stream: 'event', identities: [{ since: 1, id: STREAM_ID }], first: 1, last: 1, head: HASH },
    ],
  },
  {
    kind: 'batch',
    stream: 'event',
    id: STREAM_ID,
    from: 1,
    previous: ZEROS,
    records: [
      {
        id: '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5c',
        at: 1_798_790_400_000,
        clock: 'trusted',
        body: { category: 'system', code: 'clockTrusted' },
        hash: HASH,
      },
    ],
  },
];

export const STORED_EXAMPLES: readonly RecordsAnswer[] = [
  { kind: 'question', session: NONCE },
  {
    kind: 'position',
    session: NONCE,
    instance: NONCE,
    number: 1,
    streams: [{ stream: 'event', id: STREAM_ID, upTo: 0, head: ZEROS, last: 0 }],
    faults: [],
  },
  {
    kind: 'stored',
    session: NONCE,
    stream: 'event',
    id: STREAM_ID,
    from: 1,
    to: 1,
    hash: HASH,
    faults: [],
  },
];
