import assert from 'node:assert/strict';
import type { ReleaseState } from '../../../lib/model/release.ts';
import { LANGUAGES } from '../../../lib/model/site.ts';
import { guardText, languageOf, visitorText } from '../../../lib/policy/release/texts.ts';

const STATE: ReleaseState = {
  person: 'p',
  allowed: false,
  deals: [
    {
      ...{ deal: 'a', firm: { id: 'f', name: 'Nord' }, role: 'buyer', reference: '17' },
      ...{ cleared: false, missing: [['goods'], ['payment', 'permission']] },
    },
    { deal: 'b', firm: { id: 'g', name: 'Süd' }, role: 'supplier', cleared: true, missing: [] },
    {
      ...{ deal: 'c', firm: { id: 'h', name: 'West' }, role: 'buyer' },
      ...{ cleared: false, missing: [], until: 5, why: 'late' },
    },
  ],
};

describe('the texts of a blocked exit', () => {
  it('name every firm that keeps the visitor in, and what it wants', () => {
    assert.equal(
      visitorText(STATE, 'en-US'),
      'You cannot leave with the goods yet. Nord, no. 17: missing: goods handed over, payment or permission to remove. ' +
        'West: the time to leave is over, ask the firm.',
    );
    assert.match(
      visitorText(STATE, 'ru'),
      /Nord, № 17: не хватает: выдача товара, оплата или разрешение/,
    );
    assert.match(visitorText(STATE, 'zh-CN'), /Nord（单号 17）: 缺少：提货、付款或放行许可/);
  });

  it('are silent about deals that are cleared or overridden', () => {
    for (const language of LANGUAGES) {
      assert.ok(!visitorText(STATE, language).includes('Süd'));
      const deals = STATE.deals.map((deal) => ({ ...deal, overridden: true as const }));
      assert.ok(!guardText('Anna', { ...STATE, deals }, language).includes('Nord'));
      assert.ok(guardText('Anna', STATE, language).startsWith('Anna'));
    }
  });

  it('are in the language of the person where it is one of ours', () => {
    assert.equal(languageOf('ru-RU', 'en-US'), 'ru');
    assert.equal(languageOf('zh', 'en-US'), 'zh-CN');
    assert.equal(languageOf('en-GB', 'ru'), 'en-US');
    for (const other of ['de', '', 7, undefined]) assert.equal(languageOf(other, 'ru'), 'ru');
  });
});
