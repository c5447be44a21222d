import type { Language } from '../model/site.ts';

interface Words {
  title: string;
  /** Headings of the columns. */
  zone: string;
  name: string;
  person: string;
  firm: string;
  since: string;
  tag: string;
  note: string;
  /** Why somebody may not be there any more. */
  uncertain: string;
  noFirm: string;
  total: string;
  drawnUp: string;
  nobody: string;
}

/** What stands on a muster list. */
export const MUSTER_WORDS: Readonly<Record<Language, Words>> = {
  'en-US': {
    title: 'Muster list',
    zone: 'Zone',
    name: 'Name',
    person: 'Id',
    firm: 'Firm',
    since: 'Since',
    tag: 'Tag',
    note: 'Note',
    uncertain: 'position was reset, may have left',
    noFirm: 'no firm',
    total: 'People inside',
    drawnUp: 'Drawn up',
    nobody: 'Nobody is inside.',
  },
  'zh-CN': {
    title: '应急集合名单',
    zone: '区域',
    name: '姓名',
    person: '编号',
    firm: '单位',
    since: '进入时间',
    tag: '标签',
    note: '备注',
    uncertain: '位置已重置，可能已离开',
    noFirm: '无单位',
    total: '在场人数',
    drawnUp: '生成时间',
    nobody: '无人在场。',
  },
  ru: {
    title: 'Список эвакуации',
    zone: 'Зона',
    name: 'Имя',
    person: 'Номер',
    firm: 'Фирма',
    since: 'С',
    tag: 'Метка',
    note: 'Примечание',
    uncertain: 'положение сброшено, возможно, вышел',
    noFirm: 'без фирмы',
    total: 'Людей внутри',
    drawnUp: 'Составлен',
    nobody: 'Внутри никого нет.',
  },
};
