import { iso, view, words } from './sql.ts';

const SERVICE = [
  words('fitting.event', 'event', {
    installation: 'Installation',
    repair: 'Repair',
    replacement: 'Replacement',
    removal: 'Removal',
    receipt: 'Receipt',
    loss: 'Loss',
  }),
  iso('fitting.at', 'event_time'),
];

const LOCKS = [
  iso('fitting.at', 'installation_date'),
  'fitting."by" AS installed_by',
  `(SELECT strftime('%Y-%m-%dT%H:%M:%fZ', min(gone.at) / 1000.0, 'unixepoch') FROM fitting gone
    WHERE gone.link = 'lock-door' AND gone.host = fitting.host AND gone.part = fitting.part
      AND gone.event IN ('removal', 'replacement') AND gone.at > fitting.at) AS removal_date`,
];

const INSTALLED_LOCKS = `fitting WHERE fitting.link = 'lock-door' AND fitting.event = 'installation'`;

/** Links of devices and keys. */
export const DEVICE_VIEWS = [
  view(
    'Turnstile#Readers',
    [
      'fitting.host AS turnstile',
      'fitting.part AS reader',
      ...SERVICE,
      'fitting."by" AS done_by',
      'fitting.attributes AS attributes',
    ],
    `fitting WHERE fitting.link = 'reader-turnstile'`,
  ),
  view(
    'Lock#Door',
    ['fitting.part AS lock', 'fitting.host AS door', ...LOCKS, 'fitting.attributes AS attributes'],
    INSTALLED_LOCKS,
  ),
  view(
    'Door#Lock',
    [
      'fitting.host AS door',
      'fitting.part AS lock',
      ...LOCKS,
      'fitting.coordinates AS installation_coordinates',
      'fitting.attributes AS attributes',
    ],
    INSTALLED_LOCKS,
  ),
  view(
    'Keys#Locks',
    [
      'decided."key" AS "key"',
      'ifnull(tag.label, tag.hint) AS key_name',
      `json_extract(command_record.body, '$.output') AS lock`,
      `iif(json_extract(command_record.body, '$.action') = 'off', 'Close', 'Open') AS operation`,
      iso('command_record.at', 'operation_start'),
      `json_extract(command_record.body, '$.state') AS state`,
    ],
    `command_record
  JOIN (SELECT DISTINCT json_extract(body, '$.decision.id') AS decision,
      json_extract(body, '$.decision.tag') AS "key"
    FROM access_record) decided ON decided.decision = json_extract(command_record.body, '$.decision')
  LEFT JOIN credential tag ON tag.id = decided."key"
WHERE decided."key" IS NOT NULL`,
  ),
  view(
    'Locks#Keys',
    [
      'fitting.host AS lock',
      'fitting.part AS "key"',
      ...SERVICE,
      'fitting."by" AS holder',
      'fitting.attributes AS attributes',
    ],
    `fitting WHERE fitting.link = 'key-lock'`,
  ),
];
