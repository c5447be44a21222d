import type { MusterEntry } from '../engine/engine.ts';
import type { Language } from '../model/site.ts';
import { toCsv } from '../people/csv.ts';
import { MUSTER_WORDS } from './words.ts';

/** What a list is made from besides its people. */
export interface MusterSheet {
  language: Language;
  /** IANA zone of the site. */
  timeZone: string;
  site: string;
  /** Names of the zones by id. */
  zones: ReadonlyMap<string, string>;
  /** The instant for which it holds, in milliseconds since 1970 UTC. */
  at: number;
}

/** Seconds after which a browser that shows the list asks for it again. */
const REFRESH = 10;

/** The list as CSV with a heading, safe to open in a spreadsheet. */
export function musterCsv(entries: readonly MusterEntry[], sheet: MusterSheet): string {
  const words = MUSTER_WORDS[sheet.language];
  const time = timeFormat(sheet);
  const { zone, firm, name, person, since, tag, note } = words;
  const rows = entries.map((entry) => [
    sheet.zones.get(entry.zone) ?? entry.zone,
    firmsOf(entry, ''),
    entry.name,
    entry.person,
    time(entry.since),
    entry.tag ?? '',
    entry.uncertain ? words.uncertain : '',
  ]);
  return toCsv([[zone, firm, name, person, since, tag, note], ...rows], ',');
}

/** The list as a page to print, by zone and firm, with a box to tick for each person. It refreshes itself. */
export function musterHtml(entries: readonly MusterEntry[], sheet: MusterSheet): string {
  const words = MUSTER_WORDS[sheet.language];
  const time = timeFormat(sheet);
  const zones = grouped(entries, ({ zone }) => sheet.zones.get(zone) ?? zone);
  const sections = zones.map(([zone, people]) => {
    const firms = grouped(people, (entry) => firmsOf(entry, words.noFirm));
    const tables = firms.map(([firm, theirs]) => table(firm, theirs, time, words.uncertain));
    return `<section><h2>${escape(zone)} (${people.length})</h2>${tables.join('')}</section>`;
  });
  const body = sections.length === 0 ? `<p>${escape(words.nobody)}</p>` : sections.join('\n');
  return `<!doctype html>
<html lang="${sheet.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="${REFRESH}">
<title>${escape(words.title)}: ${escape(sheet.site)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escape(words.title)}: ${escape(sheet.site)}</h1>
<p>${escape(words.total)}: <strong>${entries.length}</strong>. ${escape(words.drawnUp)}: ${escape(time(sheet.at))}.</p>
${body}
</body>
</html>
`;
}

const STYLE =
  'body{font:14px sans-serif;margin:1.5em}table{border-collapse:collapse;width:100%;margin-bottom:1em}' +
  'caption{text-align:left;font-weight:bold;padding:.3em 0}td{border:1px solid #888;padding:.2em .5em}' +
  'td:first-child{width:1.5em}section{break-inside:avoid-page}';

function table(
  firm: string,
  people: readonly MusterEntry[],
  time: (instant: number) => string,
  uncertain: string,
): string {
  const rows = people.map((entry) => {
    const note = entry.uncertain ? uncertain : '';
    const cells = [entry.name, entry.person, time(entry.since), note];
    return `<tr><td>☐</td>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  });
  return `<table><caption>${escape(firm)} (${people.length})</caption>${rows.join('')}</table>`;
}

function firmsOf({ firms }: MusterEntry, none: string): string {
  return firms.length === 0 ? none : firms.map(({ name }) => name).join(', ');
}

function grouped<T>(items: readonly T[], nameOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function timeFormat({ language, timeZone }: MusterSheet): (instant: number) => string {
  const format = new Intl.DateTimeFormat(language, {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return (instant) => format.format(instant);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
