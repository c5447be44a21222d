import type { DealMark, DealState, ReleaseState } from '../../model/release.ts';
import { LANGUAGES, type Language } from '../../model/site.ts';

interface Phrases {
  marks: Readonly<Record<DealMark, string>>;
  or: string;
  and: string;
  allowed: string;
  refused: string;
  guard: (name: string, details: string) => string;
  deal: (firm: string, reference: string | undefined) => string;
  missing: (marks: string) => string;
  late: string;
  clock: string;
}

const PHRASES: Readonly<Record<Language, Phrases>> = {
  'en-US': {
    marks: {
      goods: 'goods handed over',
      documents: 'documents',
      payment: 'payment',
      permission: 'permission to remove',
    },
    or: ' or ',
    and: ', ',
    allowed: 'You may leave. Goodbye!',
    refused: 'You cannot leave with the goods yet.',
    guard: (name, details) => `${name} may not leave. ${details}`,
    deal: (firm, reference) => (reference === undefined ? firm : `${firm}, no. ${reference}`),
    missing: (marks) => `missing: ${marks}`,
    late: 'the time to leave is over, ask the firm',
    clock: 'the time limit cannot be checked now',
  },
  'zh-CN': {
    marks: { goods: '提货', documents: '单据', payment: '付款', permission: '放行许可' },
    or: '或',
    and: '、',
    allowed: '可以离场，再见！',
    refused: '货物暂时不能带离。',
    guard: (name, details) => `${name} 不能离场。${details}`,
    deal: (firm, reference) => (reference === undefined ? firm : `${firm}（单号 ${reference}）`),
    missing: (marks) => `缺少：${marks}`,
    late: '离场时限已过，请联系该公司',
    clock: '目前无法核对离场时限',
  },
  ru: {
    marks: {
      goods: 'выдача товара',
      documents: 'документы',
      payment: 'оплата',
      permission: 'разрешение на вывоз',
    },
    or: ' или ',
    and: ', ',
    allowed: 'Выезд разрешён. До свидания!',
    refused: 'Вывезти товар пока нельзя.',
    guard: (name, details) => `${name}: выезд не разрешён. ${details}`,
    deal: (firm, reference) => (reference === undefined ? firm : `${firm}, № ${reference}`),
    missing: (marks) => `не хватает: ${marks}`,
    late: 'время на выезд истекло, обратитесь в фирму',
    clock: 'срок на выезд сейчас нельзя проверить',
  },
};

/** What the visitor is told at the exit: whether he may leave, and what every firm still wants. */
export function visitorText(state: ReleaseState, language: Language): string {
  const phrases = PHRASES[language];
  if (state.allowed) return phrases.allowed;
  return [phrases.refused, ...blockingTexts(state, language)].join(' ');
}

/** What the guard is told of a visitor who may not leave. */
export function guardText(name: string, state: ReleaseState, language: Language): string {
  const details = blockingTexts(state, language).join(' ');
  return PHRASES[language].guard(name, details);
}

/** One sentence for each deal that keeps the visitor in. */
export function blockingTexts({ deals }: ReleaseState, language: Language): string[] {
  return deals
    .filter(({ cleared, overridden }) => !cleared && overridden !== true)
    .map((deal) => dealText(deal, PHRASES[language]));
}

function dealText({ firm, reference, missing, why }: DealState, phrases: Phrases): string {
  const groups = missing.map((group) => group.map((mark) => phrases.marks[mark]).join(phrases.or));
  const wanted = why === undefined ? phrases.missing(groups.join(phrases.and)) : phrases[why];
  return `${phrases.deal(firm.name, reference)}: ${wanted}.`;
}

/** The language of a person's attribute such as `ru`, `zh` or `en-GB`; `fallback` for any other. */
export function languageOf(attribute: unknown, fallback: Language): Language {
  if (typeof attribute !== 'string') return fallback;
  const primary = attribute.toLowerCase().split('-')[0];
  return LANGUAGES.find((language) => language.split('-')[0] === primary) ?? fallback;
}
