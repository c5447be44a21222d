import assert from 'node:assert/strict';
import type { MusterEntry } from '../../lib/engine/engine.ts';
import { LANGUAGES } from '../../lib/model/site.ts';
import { musterCsv, musterHtml, type MusterSheet } from '../../lib/presence/muster.ts';
import { MUSTER_WORDS } from '../../lib/presence/words.ts';

const SHEET: MusterSheet = {
  language: 'en-US',
  timeZone: 'Europe/Madrid',
  site: 'Park',
  zones: new Map([['yard', 'Yard <A>']]),
  at: Date.UTC(2026, 5, 10, 9),
};

function entry(values: Partial<MusterEntry>): MusterEntry {
  const since = Date.UTC(2026, 5, 10, 7);
  return { person: 'p', name: 'P', zone: 'yard', since, firms: [], uncertain: false, ...values };
}

describe('the muster list', () => {
  it('as a page groups by zone and firm, and shows names as text', () => {
    const acme = { firms: [{ id: 'acme', name: 'Acme & Co' }] };
    const html = musterHtml(
      [
        entry({ name: '<script>alert(1)</script>', ...acme }),
        entry({ name: `O'Neil "Q"`, ...acme }),
        entry({ name: 'Guest', zone: 'gate', uncertain: true }),
      ],
      SHEET,
    );
    assert.doesNotMatch(html, /<script/);
    assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    assert.match(html, /O&#39;Neil &quot;Q&quot;/);
    assert.match(html, /<h2>Yard &lt;A&gt; \(2\)<\/h2><table><caption>Acme &amp; Co \(2\)/);
    assert.match(html, /<h2>gate \(1\)<\/h2><table><caption>no firm \(1\)/);
    assert.match(html, /position was reset, may have left/);
    assert.match(html, /9:00:00/);
  });

  it('as CSV is in site time and holds no formula', () => {
    const csv = musterCsv([entry({ name: '=HYPERLINK("x")', tag: 't1' })], SHEET);
    const [heading, row] = csv.split('\r\n');
    assert.equal(heading, 'Zone,Firm,Name,Id,Since,Tag,Note');
    assert.match(row ?? '', /^Yard <A>,,"'=HYPERLINK\(""x""\)",p,.*9:00:00.*,t1,$/);
  });

  it('says in every language that nobody is there', () => {
    for (const language of LANGUAGES) {
      const html = musterHtml([], { ...SHEET, language });
      assert.ok(html.includes(MUSTER_WORDS[language].nobody));
      assert.ok(html.includes(`lang="${language}"`));
    }
  });
});
