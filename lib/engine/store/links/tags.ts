import { TAG, VISITOR, iso, view, words } from './sql.ts';

const PASSES = `pass
  JOIN person visitor ON visitor.id = pass.person
  JOIN credential tag ON tag.id = pass.tag`;

const PASS_COLUMNS = [
  words('pass.type', 'tag_type', {
    permanent: 'Permanent',
    temporary: 'Temporary',
    oneOff: 'One-off',
  }),
  'pass.valid_from AS ownership_start',
  'ifnull(pass.ended_at, pass.valid_to) AS ownership_end',
  words('pass.status', 'tag_status', { active: 'Active', inactive: 'Inactive' }),
  'pass.reason AS reason',
  'pass."end" AS "end"',
  'pass.host AS host',
  'pass.firm AS firm',
  'pass.attributes AS attributes',
];

/** What refuses a tag for its own sake: then it was not active when it was read. */
const INACTIVE = ['credentialDisabled', 'expired', 'notYetValid']
  .map((reason) => `json_extract(body, '$.decision.reasons') LIKE '%"${reason}"%'`)
  .join(' OR ');

const READ_TAGS = `(SELECT access_record.body AS body, access_record.at AS at, access_record.seq AS seq,
    json_extract(shown.value, '$.reader') AS reader,
    json_extract(shown.value, '$.credential') AS tag
  FROM access_record, json_each(access_record.body, '$.credentials') shown) AS read
  LEFT JOIN credential tag ON tag.id = read.tag`;

const TRANSITS = `transit
  LEFT JOIN credential tag ON tag.id = transit.tag
  LEFT JOIN person visitor ON visitor.id = transit.person
WHERE transit.superseded = 0 AND transit.outcome IN ('taken', 'forced')`;

const DIRECTION = words('transit.direction', 'direction', {
  in: 'Entry',
  out: 'Exit',
  undefined: 'Undefined',
});

const STAYS = `stay
  LEFT JOIN credential tag ON tag.id = stay.tag
  LEFT JOIN person visitor ON visitor.id = stay.person
  LEFT JOIN zone ON zone.id = stay.zone`;

const STAY_PARTIES = [
  'stay.tag AS tag',
  'ifnull(tag.label, tag.hint) AS tag_name',
  'stay.person AS visitor',
  'visitor.name AS visitor_name',
];

/** Links of tags with their holders, readers, turnstiles and zones. */
export const TAG_VIEWS = [
  view('Tags#Visitors', [...TAG, ...VISITOR, ...PASS_COLUMNS], PASSES),
  view('Visitors#Tags', [...VISITOR, ...TAG, ...PASS_COLUMNS, 'pass.replaces AS replaces'], PASSES),
  view(
    'Readers#Tags',
    [
      'read.reader AS reader',
      'read.tag AS tag',
      'ifnull(tag.label, tag.hint) AS tag_name',
      `iif(read.tag IS NULL, NULL, iif(${INACTIVE}, 'Inactive', 'Active')) AS tag_status`,
      iso('read.at', 'read_time'),
      `iif(json_extract(body, '$.decision.direction') = 'out', 'Exit', 'Entry') ||
        iif(json_extract(body, '$.decision.outcome') = 'granted', ' allowed', ' denied') AS result`,
      `json_extract(body, '$.decision.accessPoint') AS access_point`,
      `json_extract(body, '$.decision.host') AS host`,
      'read.seq AS record',
    ],
    READ_TAGS,
  ),
  view(
    'Tags#Turnstile',
    [
      'transit.tag AS tag',
      'ifnull(tag.label, tag.hint) AS tag_name',
      'transit.access_point AS turnstile',
      DIRECTION,
      iso('transit.at', 'transition_time'),
      'transit.person AS visitor',
      'visitor.name AS visitor_name',
      'transit.host AS host',
      'transit.confirmed AS confirmed',
    ],
    `${TRANSITS} AND transit.tag IS NOT NULL`,
  ),
  view(
    'Turnstile#Tags',
    [
      'transit.access_point AS turnstile',
      `ifnull(transit.tag, '') AS tag`,
      `ifnull(ifnull(tag.label, tag.hint), '') AS tag_name`,
      DIRECTION,
      iso('transit.at', 'transition_time'),
      'visitor.name AS visitor_name',
      'transit.outcome AS outcome',
      'transit.reason AS correction_reason',
      'transit.author AS correction_author',
    ],
    TRANSITS,
  ),
  view(
    'Zone#Tags',
    [
      'stay.zone AS zone',
      'zone.name AS zone_name',
      ...STAY_PARTIES,
      `iif(stay.until IS NULL, 'Inside', 'Outside') AS position`,
      iso('stay.since', 'since'),
      iso('stay.until', 'until'),
    ],
    STAYS,
  ),
  view(
    'Tags#Zone',
    [
      ...STAY_PARTIES,
      'stay.zone AS zone',
      'zone.name AS zone_name',
      iso('stay.entered', 'entry_time'),
      iso('stay."left"', 'exit_time'),
      '(stay.until - stay.since) / 1000 AS stay_duration',
    ],
    STAYS,
  ),
];
