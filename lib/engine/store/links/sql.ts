/** Pieces of the views of links; all instants are ISO texts in UTC. */

/** A column of milliseconds since 1970 UTC. */
export const iso = (column: string, name: string): string =>
  `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch') AS ${name}`;

/** A value in the words of the link, by the word that is stored. */
export const words = (
  column: string,
  name: string,
  known: Readonly<Record<string, string>>,
): string => {
  const cases = Object.entries(known).map(([stored, word]) => `WHEN '${stored}' THEN '${word}'`);
  return `CASE ${column} ${cases.join(' ')} END AS ${name}`;
};

/** A view under the name of its link, which is its first column too. */
export const view = (name: string, columns: readonly string[], source: string): string =>
  `CREATE VIEW "${name}" AS SELECT ${[`'${name}' AS link`, ...columns].join(',\n  ')}\nFROM ${source};`;

export const VISITOR = ['visitor.id AS visitor', 'visitor.name AS visitor_name'];
export const TAG = ['tag.id AS tag', 'ifnull(tag.label, tag.hint) AS tag_name'];
export const FIRM = ['firm.id AS firm', 'firm.name AS firm_name'];
