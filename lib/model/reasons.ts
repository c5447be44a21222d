import type { Language } from './site.ts';

interface ReasonEntry {
  /** The reason ONVIF knows for it (Access Control service), `Other` where it has none. */
  onvif: string;
  text: Readonly<Record<Language, string>>;
}

/**
 * Every reason for a refusal, in the order in which the checks run: all that apply are recorded and the
 * first in this order is *the* reason (N10). The person at the door is only told "denied"; the text is
 * for the guard.
 */
const TABLE = {
  engineUnavailable: {
    onvif: 'Other',
    text: {
      'en-US': 'The decision engine is not running',
      'zh-CN': '判定引擎未运行',
      ru: 'Модуль принятия решений не работает',
    },
  },
  storeBroken: {
    onvif: 'Other',
    text: {
      'en-US': 'The store cannot record the decision',
      'zh-CN': '存储无法记录判定结果',
      ru: 'Хранилище не может записать решение',
    },
  },
  internalError: {
    onvif: 'Other',
    text: {
      'en-US': 'Internal error, nothing was opened',
      'zh-CN': '内部错误，未开门',
      ru: 'Внутренняя ошибка, ничего не открыто',
    },
  },
  captured: {
    onvif: 'Other',
    text: {
      'en-US': 'Read for enrolment, not for passage',
      'zh-CN': '仅用于登记读取，不开门',
      ru: 'Считано для регистрации, а не для прохода',
    },
  },
  stale: {
    onvif: 'Other',
    text: {
      'en-US': 'The read is too old',
      'zh-CN': '读取已过期',
      ru: 'Считывание устарело',
    },
  },
  malformed: {
    onvif: 'Other',
    text: {
      'en-US': 'The reading is damaged or not of the expected form',
      'zh-CN': '读取的数据损坏或格式不符',
      ru: 'Считывание повреждено или имеет неверный вид',
    },
  },
  tokenInvalid: {
    onvif: 'Other',
    text: {
      'en-US': 'The code is not genuine, or is for another place',
      'zh-CN': '二维码无效或不属于此处',
      ru: 'Код поддельный или выдан для другого места',
    },
  },
  tokenExpired: {
    onvif: 'CredentialExpired',
    text: {
      'en-US': 'The code has run out; show a new one',
      'zh-CN': '二维码已过期，请出示新码',
      ru: 'Срок действия кода истёк, предъявите новый',
    },
  },
  tokenUsed: {
    onvif: 'Other',
    text: {
      'en-US': 'The code was used before',
      'zh-CN': '二维码已被使用',
      ru: 'Код уже использован',
    },
  },
  unknownCredential: {
    onvif: 'CredentialNotFound',
    text: {
      'en-US': 'Nobody here has this credential',
      'zh-CN': '未登记的凭证',
      ru: 'Такой идентификатор не зарегистрирован',
    },
  },
  unknownAccessPoint: {
    onvif: 'Other',
    text: {
      'en-US': 'The access point is not set up',
      'zh-CN': '通行点未配置',
      ru: 'Точка прохода не настроена',
    },
  },
  accessPointDisabled: {
    onvif: 'Other',
    text: {
      'en-US': 'The access point is switched off',
      'zh-CN': '通行点已停用',
      ru: 'Точка прохода отключена',
    },
  },
  doorBlocked: {
    onvif: 'Other',
    text: {
      'en-US': 'The door is blocked or locked down',
      'zh-CN': '门已被锁闭或封锁',
      ru: 'Дверь заблокирована',
    },
  },
  keypadLockedOut: {
    onvif: 'CredentialNotEnabled',
    text: {
      'en-US': 'Too many wrong codes at this keypad; it rests for a while',
      'zh-CN': '此键盘密码错误次数过多，暂时停用',
      ru: 'Слишком много неверных кодов, клавиатура временно отключена',
    },
  },
  personDisabled: {
    onvif: 'CredentialNotEnabled',
    text: {
      'en-US': 'The person is disabled',
      'zh-CN': '人员已停用',
      ru: 'Пользователь отключён',
    },
  },
  credentialDisabled: {
    onvif: 'CredentialNotEnabled',
    text: {
      'en-US': 'The credential is blocked, lost or returned',
      'zh-CN': '凭证已停用、挂失或退还',
      ru: 'Идентификатор заблокирован, утерян или сдан',
    },
  },
  credentialLockedOut: {
    onvif: 'CredentialNotEnabled',
    text: {
      'en-US': 'Locked after too many wrong attempts',
      'zh-CN': '错误次数过多，凭证被锁定',
      ru: 'Заблокировано после неверных попыток',
    },
  },
  clockUntrusted: {
    onvif: 'Other',
    text: {
      'en-US': 'The clock cannot be trusted and the right has a time limit',
      'zh-CN': '时钟不可信，且权限有时间限制',
      ru: 'Часам нельзя доверять, а право ограничено по времени',
    },
  },
  notYetValid: {
    onvif: 'CredentialNotActive',
    text: {
      'en-US': 'Not valid yet',
      'zh-CN': '尚未生效',
      ru: 'Ещё не действует',
    },
  },
  expired: {
    onvif: 'CredentialExpired',
    text: {
      'en-US': 'No longer valid',
      'zh-CN': '已过期',
      ru: 'Срок действия истёк',
    },
  },
  wrongMode: {
    onvif: 'Unauthorized',
    text: {
      'en-US': 'This kind of credential is not accepted here now',
      'zh-CN': '此处当前不接受该类凭证',
      ru: 'Такой идентификатор здесь сейчас не принимается',
    },
  },
  denyRule: {
    onvif: 'Unauthorized',
    text: {
      'en-US': 'A rule forbids this person to pass here',
      'zh-CN': '规则禁止此人通行',
      ru: 'Правило запрещает проход этому лицу',
    },
  },
  noRight: {
    onvif: 'Unauthorized',
    text: {
      'en-US': 'No right for this access point',
      'zh-CN': '没有此通行点的权限',
      ru: 'Нет права на эту точку прохода',
    },
  },
  notPermittedNow: {
    onvif: 'NotPermittedAtThisTime',
    text: {
      'en-US': 'Not permitted at this time',
      'zh-CN': '当前时间不允许通行',
      ru: 'Проход в это время запрещён',
    },
  },
  antiPassback: {
    onvif: 'Other',
    text: {
      'en-US': 'Anti-passback: not where the person should be',
      'zh-CN': '反潜回：人员位置不符',
      ru: 'Повторный проход: человек не там, где должен быть',
    },
  },
  areaFull: {
    onvif: 'Other',
    text: {
      'en-US': 'The area is full',
      'zh-CN': '区域人数已满',
      ru: 'Зона заполнена',
    },
  },
  exitBlocked: {
    onvif: 'Other',
    text: {
      'en-US': 'Goods, documents or payment are not cleared for the exit',
      'zh-CN': '货物、单据或付款未办妥，不能离场',
      ru: 'Товар, документы или оплата не оформлены для выезда',
    },
  },
  interlock: {
    onvif: 'Other',
    text: {
      'en-US': 'Another door of the interlock is not closed',
      'zh-CN': '互锁中的另一扇门未关闭',
      ru: 'Другая дверь шлюза не закрыта',
    },
  },
  wrongPin: {
    onvif: 'InvalidPIN',
    text: {
      'en-US': 'Wrong PIN',
      'zh-CN': '密码错误',
      ru: 'Неверный PIN-код',
    },
  },
  wrongSecondIdentifier: {
    onvif: 'pt:InvalidIdentifierValue',
    text: {
      'en-US': 'The second factor belongs to someone else',
      'zh-CN': '第二凭证与本人不符',
      ru: 'Второй фактор принадлежит другому лицу',
    },
  },
  secondFactorTimeout: {
    onvif: 'Other',
    text: {
      'en-US': 'The second factor did not come in time',
      'zh-CN': '未及时出示第二凭证',
      ru: 'Второй фактор не предъявлен вовремя',
    },
  },
  secondPersonRequired: {
    onvif: 'Other',
    text: {
      'en-US': 'A second person has to identify',
      'zh-CN': '需要第二人验证',
      ru: 'Требуется второе лицо',
    },
  },
  livenessFailed: {
    onvif: 'Other',
    text: {
      'en-US': 'Not a live face',
      'zh-CN': '非活体人脸',
      ru: 'Лицо не прошло проверку живости',
    },
  },
  unverified: {
    onvif: 'Other',
    text: {
      'en-US': 'The server has not confirmed the right for too long',
      'zh-CN': '权限过久未经服务器确认',
      ru: 'Сервер слишком давно не подтверждал право',
    },
  },
  hostUnreachable: {
    onvif: 'Other',
    text: {
      'en-US': 'The server cannot be reached',
      'zh-CN': '无法连接服务器',
      ru: 'Сервер недоступен',
    },
  },
  hostRefused: {
    onvif: 'Other',
    text: {
      'en-US': 'The server does not answer this question',
      'zh-CN': '服务器拒绝处理此请求',
      ru: 'Сервер отказался отвечать на запрос',
    },
  },
  hostTimeout: {
    onvif: 'Other',
    text: {
      'en-US': 'The server did not answer in time',
      'zh-CN': '服务器未及时响应',
      ru: 'Сервер не ответил вовремя',
    },
  },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof TABLE;

/** All reasons in the fixed order of evaluation. */
export const REASONS = Object.keys(TABLE) as readonly Reason[];

export function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(TABLE, value);
}

/** The plain text of a reason for the guard. */
export function reasonText(reason: Reason, language: Language): string {
  return TABLE[reason].text[language];
}

/** The reason an ONVIF client understands. */
export function onvifReason(reason: Reason): string {
  return TABLE[reason].onvif;
}

/** Sorts reasons into the order of evaluation and drops repetitions. */
export function inOrder(reasons: Iterable<Reason>): Reason[] {
  const present = new Set(reasons);
  return REASONS.filter((reason) => present.has(reason));
}
