import { FIRM, VISITOR, iso, view } from './sql.ts';

const deals = (role: 'buyer' | 'supplier'): string => `deal
  JOIN person visitor ON visitor.id = deal.person
  JOIN firm ON firm.id = deal.firm
WHERE deal.role = '${role}'`;

const DEAL_COLUMNS = [
  'deal.id AS deal',
  'deal.reference AS reference',
  iso('deal.goods_at', 'goods_receipt_time'),
  iso('deal.documents_at', 'documents_processed_time'),
];

const DEAL_END = [
  iso('deal.permission_at', 'permission_time'),
  iso('deal.opened_at', 'opened_time'),
  iso('deal.closed_at', 'closed_time'),
  'deal.attributes AS attributes',
];

/** A departure at or before the arrival is on the next day; 24:00 is its midnight. */
const DEPARTURE_PLAN = `CASE
  WHEN plan.departure = '24:00' THEN date(plan.date, '+1 day') || 'T00:00'
  WHEN plan.departure <= plan.arrival THEN date(plan.date, '+1 day') || 'T' || plan.departure
  ELSE plan.date || 'T' || plan.departure END AS departure_plan`;

const minutes = (time: string): string => `(substr(${time}, 1, 2) * 60 + substr(${time}, 4, 2))`;

const STAY_PLAN = `ifnull(plan.stay, iif(plan.departure <= plan.arrival, 1440, 0)
  + ${minutes('plan.departure')} - ${minutes('plan.arrival')}) AS stay_plan`;

/** Links of people with firms. */
export const FIRM_VIEWS = [
  view(
    'Visitors#Firm',
    [
      ...VISITOR,
      ...FIRM,
      'day.date AS date',
      iso('day.fact_arrival', 'arrival_fact'),
      iso('day.accounted_arrival', 'arrival_accounted'),
      iso('day.fact_departure', 'departure_fact'),
      iso('day.accounted_departure', 'departure_accounted'),
      'day.fact_stay AS stay_fact',
      'day.accounted_stay AS stay_accounted',
      'day.marks AS marks',
      iso('day.computed_at', 'computed_time'),
    ],
    `accounted_day day
  JOIN person visitor ON visitor.id = day.person
  JOIN firm ON firm.id = day.firm`,
  ),
  view(
    'Firm#Visitors',
    [
      ...FIRM,
      ...VISITOR,
      `iif(employment.non_working_days = 1, 'Allowed', 'Forbidden') AS non_working_days`,
      'employment.work_mode AS work_mode',
      'plan.date AS date',
      `plan.date || 'T' || plan.arrival AS arrival_plan`,
      DEPARTURE_PLAN,
      STAY_PLAN,
      'employment.valid_from AS employed_from',
      'employment.valid_to AS employed_to',
      'employment.attributes AS attributes',
      'plan.attributes AS day_attributes',
    ],
    `employment
  JOIN person visitor ON visitor.id = employment.person
  JOIN firm ON firm.id = employment.firm
  LEFT JOIN planned_day plan ON plan.person = employment.person AND plan.firm = employment.firm
    AND plan.date BETWEEN ifnull(employment.valid_from, '') AND ifnull(employment.valid_to, '9999')`,
  ),
  view(
    'Visitors#Buyer#Firm',
    [
      ...VISITOR,
      ...FIRM,
      ...DEAL_COLUMNS,
      iso('deal.payment_at', 'goods_payment_time'),
      ...DEAL_END,
    ],
    deals('buyer'),
  ),
  view(
    'Visitors#Supplier#Firm',
    [...VISITOR, ...FIRM, ...DEAL_COLUMNS, ...DEAL_END],
    deals('supplier'),
  ),
];
