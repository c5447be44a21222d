import type { Language } from '../model/site.ts';
import type { DayMark } from '../policy/attendance/attendance.ts';

/** What stands in the cells of a timesheet, in this order. */
export const DAY_COLUMNS = [
  'employeeNumber',
  'name',
  'person',
  'date',
  'planArrival',
  'planDeparture',
  'planMinutes',
  'factArrival',
  'factDeparture',
  'factMinutes',
  'accountedArrival',
  'accountedDeparture',
  'accountedMinutes',
  'remarks',
] as const;
export type DayColumn = (typeof DAY_COLUMNS)[number];

export const TOTAL_COLUMNS = [
  'employeeNumber',
  'name',
  'person',
  'planMinutes',
  'factMinutes',
  'accountedMinutes',
  'accountedHours',
  'daysWorked',
  'daysOpen',
] as const;
export type TotalColumn = (typeof TOTAL_COLUMNS)[number];

type Heading = DayColumn | TotalColumn | 'days' | 'totals';

/** The words of a timesheet. */
export interface Words {
  headings: Readonly<Record<Heading, string>>;
  marks: Readonly<Record<DayMark, string>>;
}

export const WORDS: Readonly<Record<Language, Words>> = {
  'en-US': {
    headings: {
      employeeNumber: 'Employee No.',
      name: 'Name',
      person: 'Person ID',
      date: 'Date',
      planArrival: 'Planned arrival',
      planDeparture: 'Planned departure',
      planMinutes: 'Planned minutes',
      factArrival: 'Actual arrival',
      factDeparture: 'Actual departure',
      factMinutes: 'Actual minutes',
      accountedArrival: 'Accounted arrival',
      accountedDeparture: 'Accounted departure',
      accountedMinutes: 'Accounted minutes',
      accountedHours: 'Accounted hours',
      daysWorked: 'Days worked',
      daysOpen: 'Days waiting for a correction',
      remarks: 'Remarks',
      days: 'Days',
      totals: 'Totals',
    },
    marks: {
      inside: 'still inside',
      missingEntry: 'entry not seen',
      missingExit: 'exit not seen',
      notPlanned: 'present without a plan',
      absent: 'absent',
      corrected: 'corrected',
      shared: 'also claimed by another employer',
      plansOverlap: 'overlaps the shift before',
    },
  },
  'zh-CN': {
    headings: {
      employeeNumber: '工号',
      name: '姓名',
      person: '人员编号',
      date: '日期',
      planArrival: '计划到达',
      planDeparture: '计划离开',
      planMinutes: '计划分钟数',
      factArrival: '实际到达',
      factDeparture: '实际离开',
      factMinutes: '实际分钟数',
      accountedArrival: '核算到达',
      accountedDeparture: '核算离开',
      accountedMinutes: '核算分钟数',
      accountedHours: '核算小时数',
      daysWorked: '出勤天数',
      daysOpen: '待更正天数',
      remarks: '备注',
      days: '每日明细',
      totals: '合计',
    },
    marks: {
      inside: '仍在场内',
      missingEntry: '无进入记录',
      missingExit: '无离开记录',
      notPlanned: '计划外在场',
      absent: '缺勤',
      corrected: '已更正',
      shared: '另一雇主也计入该时间',
      plansOverlap: '与前一班次重叠',
    },
  },
  ru: {
    headings: {
      employeeNumber: 'Табельный №',
      name: 'ФИО',
      person: 'ID человека',
      date: 'Дата',
      planArrival: 'Приход (план)',
      planDeparture: 'Уход (план)',
      planMinutes: 'Минут (план)',
      factArrival: 'Приход (факт)',
      factDeparture: 'Уход (факт)',
      factMinutes: 'Минут (факт)',
      accountedArrival: 'Приход (учёт)',
      accountedDeparture: 'Уход (учёт)',
      accountedMinutes: 'Минут (учёт)',
      accountedHours: 'Часов (учёт)',
      daysWorked: 'Отработано дней',
      daysOpen: 'Дней, ждущих исправления',
      remarks: 'Примечания',
      days: 'По дням',
      totals: 'Итоги',
    },
    marks: {
      inside: 'ещё на территории',
      missingEntry: 'вход не зафиксирован',
      missingExit: 'выход не зафиксирован',
      notPlanned: 'присутствие вне плана',
      absent: 'неявка',
      corrected: 'исправлено',
      shared: 'время заявлено и другим работодателем',
      plansOverlap: 'пересекается с предыдущей сменой',
    },
  },
};
