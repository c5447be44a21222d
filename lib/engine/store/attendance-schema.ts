/** Corrections of working time, and what was accounted last. */
export const ATTENDANCE_TABLES = `
CREATE TABLE time_correction (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person (id),
  firm TEXT REFERENCES firm (id),
  "from" TEXT NOT NULL,
  "to" TEXT NOT NULL,
  present INTEGER NOT NULL,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX time_correction_by_person ON time_correction (person, "to");
CREATE INDEX time_correction_by_firm ON time_correction (firm) WHERE firm IS NOT NULL;

-- Made from facts, plans, rules and corrections; arrivals and departures in milliseconds since 1970 UTC, stays in
-- minutes. It may be older than what it was made from: policy_version and last_transit say how old.
CREATE TABLE accounted_day (
  person TEXT NOT NULL,
  firm TEXT NOT NULL,
  date TEXT NOT NULL,
  plan_arrival INTEGER,
  plan_departure INTEGER,
  plan_stay INTEGER,
  fact_arrival INTEGER,
  fact_departure INTEGER,
  fact_stay INTEGER,
  accounted_arrival INTEGER,
  accounted_departure INTEGER,
  accounted_stay INTEGER,
  marks TEXT NOT NULL,
  computed_at INTEGER NOT NULL,
  policy_version INTEGER NOT NULL,
  last_transit INTEGER NOT NULL,
  PRIMARY KEY (person, firm, date)
) STRICT, WITHOUT ROWID;
CREATE INDEX accounted_day_by_firm ON accounted_day (firm, date);

CREATE INDEX employment_by_firm_person ON employment (firm, person);
-- 259200000 ms are three days: shorter stays are found by their start.
CREATE INDEX stay_lasting ON stay (person, until) WHERE until IS NULL OR until - since > 259200000;
`;
