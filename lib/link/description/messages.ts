import Type, { type TSchema } from 'typebox';
import { Beat } from '../ends/beats.ts';
import { BATCH_EXAMPLES, BatchLetter } from '../sync/batch.ts';
import { AnswerMessage, Check, examples as checks } from '../online/checks.ts';
import { RemoteCommand } from '../ends/command.ts';
import {
  FILES_ANSWER_EXAMPLES,
  FILES_EXAMPLES,
  FilesAnswer,
  SealedFilesMessage,
} from '../pictures/files.ts';
import { GatewayState, Hello, examples as states } from '../presence/gateway-state.ts';
import { PairingAnswer, PairingRefusal, PairingRequest } from '../trust/pairing.ts';
import { RECEIPT_EXAMPLES, ReceiptLetter } from '../sync/receipt.ts';
import { RecordsAnswer, RecordsMessage } from '../log/records.ts';
import { REPORT_EXAMPLES, Report } from '../sync/report.ts';
import type { Channel } from '../wire/topics.ts';
import {
  COMMAND_EXAMPLES,
  PAIRING_EXAMPLES,
  RECORDS_EXAMPLES,
  STORED_EXAMPLES,
} from './examples.ts';

/** What is said on a channel of the link. */
export interface Described {
  channel: Channel;
  /** One sentence for people. */
  summary: string;
  schema: TSchema;
  /** Each of them fits the schema. */
  examples: readonly object[];
}

/** All messages of the protocol, in the order of a connection. */
export const MESSAGES: readonly Described[] = [
  {
    channel: 'pairing',
    summary: 'A new gateway asks to be taken in. Not signed: it proves that it was told a code.',
    schema: PairingRequest,
    examples: [PAIRING_EXAMPLES.request],
  },
  {
    channel: 'paired',
    summary: 'The server takes the gateway in, or says why not. Not signed either.',
    schema: Type.Union([PairingAnswer, PairingRefusal]),
    examples: [PAIRING_EXAMPLES.answer, PAIRING_EXAMPLES.refusal],
  },
  {
    channel: 'state',
    summary: 'A gateway has come, or gone: the only message that the broker keeps, and the will.',
    schema: GatewayState,
    examples: [states.state],
  },
  {
    channel: 'beat',
    summary: 'Each second: a moment of the gateway, which commands and answers name.',
    schema: Beat,
    examples: [states.beat],
  },
  {
    channel: 'hello',
    summary:
      'Answers the first beat of a connection and then each tenth, with the time of the server.',
    schema: Hello,
    examples: [states.hello],
  },
  {
    channel: 'report',
    summary: 'What the gateway is and holds: its access points, versions, outbox and problems.',
    schema: Report,
    examples: REPORT_EXAMPLES,
  },
  {
    channel: 'batches',
    summary:
      'People, credentials and rights that the gateway shall hold, or questions about what it holds.',
    schema: BatchLetter,
    examples: BATCH_EXAMPLES,
  },
  {
    channel: 'receipts',
    summary:
      'What became of a batch or a command, answers to questions, and a captured credential.',
    schema: ReceiptLetter,
    examples: RECEIPT_EXAMPLES,
  },
  {
    channel: 'commands',
    summary:
      'What the gateway shall do at once, once: it names a beat and is void some seconds after it.',
    schema: RemoteCommand,
    examples: COMMAND_EXAMPLES,
  },
  {
    channel: 'checks',
    summary: 'May this attempt pass? What was presented is sealed for the server.',
    schema: Check,
    examples: [checks.check],
  },
  {
    channel: 'answers',
    summary: 'The answer to a check, or that answers which were kept count no more.',
    schema: AnswerMessage,
    examples: [checks.answer, checks.refusal, checks.forget],
  },
  {
    channel: 'records',
    summary: 'Records of the log in batches, and what the gateway holds of it.',
    schema: RecordsMessage,
    examples: RECORDS_EXAMPLES,
  },
  {
    channel: 'files',
    summary:
      'A picture that was kept with a record: an offer, then the parts that the server wants.',
    schema: SealedFilesMessage,
    examples: FILES_EXAMPLES,
  },
  {
    channel: 'acknowledgements',
    summary: 'What the server has stored of the log and of the files, sent after its own commit.',
    schema: Type.Union([RecordsAnswer, FilesAnswer]),
    examples: [...STORED_EXAMPLES, ...FILES_ANSWER_EXAMPLES],
  },
];
