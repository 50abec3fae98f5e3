import { type Condition, type Renewal, type Termination, type Texts } from '../terms';
import { type LifeWords } from './language';
import { counted } from './plural';
import { percent } from './rates';

const LANGUAGES = { en: 'английском', ru: 'русском' } as const;
const GIVERS = { label: 'Лицензиар', platform: 'Платформа', either: 'Любая из сторон' } as const;

/** After «в течение», «за»: 1 дня, 2 дней; accusative: 1 день, 2 дня, 5 дней. */
const daysGenitive = (count: number): string => counted('ru', count, { one: 'дня', other: 'дней' });
const days = (count: number): string => counted('ru', count, { one: 'день', few: 'дня', other: 'дней' });
const months = (count: number): string => counted('ru', count, { one: 'месяц', few: 'месяца', other: 'месяцев' });

export const RUSSIAN_LIFE: LifeWords = {
  texts: ({ prevailing }: Texts) =>
    'Условия в виде данных, хеш SHA-256 которых подписывают стороны, имеют преимущественную силу перед настоящим текстом. ' +
    `Из текстов преимущественную силу имеет текст на ${LANGUAGES[prevailing]} языке.`,
  condition(condition: Condition) {
    const what =
      condition.kind === 'advance-paid' ? `аванса «${condition.advance}»` : 'вознаграждения за прошлое использование';
    return (
      `Отлагательное условие «${condition.id}»: лицензия начинает действовать только после уплаты ${what}. Если уплата не ` +
      `произведена в течение ${daysGenitive(condition.withinDays)} со дня заключения договора, договор прекращается.`
    );
  },
  renewal: ({ months: count, times, noticeDays }: Renewal) =>
    `Продление: по окончании срока договор продлевается на ${months(count)}, ` +
    `${times === null ? 'без ограничения числа продлений' : `не более ${counted('ru', times, { one: 'раза', other: 'раз' })}`}, если ни одна из сторон ` +
    `не заявит об отказе от продления не позднее чем за ${days(noticeDays)} до окончания срока.`,
  notice: ({ by, days: count }: NonNullable<Termination['notice']>) =>
    `${GIVERS[by]} вправе отказаться от договора, уведомив об этом другую сторону не позднее чем за ${days(count)} до дня его ` +
    'прекращения.',
  breach: ({ cureDays, suspension }: NonNullable<Termination['breach']>) =>
    'Сторона, уведомившая другую о нарушении договора, которое не устранено в течение ' +
    `${daysGenitive(cureDays)} со дня уведомления, вправе прекратить договор с окончанием любого последующего дня. ${SUSPENSION[suspension]}`,
  sellOff: ({ days: count, grants }: NonNullable<Termination['sellOff']>) =>
    `Распродажа: в течение ${daysGenitive(count)} после прекращения договора ` +
    `${grants.length === 1 ? 'лицензия' : 'лицензии'} ${grants.map((grant) => `«${grant}»`).join(', ')} ` +
    `${grants.length === 1 ? 'продолжает' : 'продолжают'} действовать с уплатой роялти; при прекращении договора из-за нарушения распродажа не допускается.`,
  withdrawal: ({ days: count, shareMax }: NonNullable<Termination['withdrawal']>) =>
    `Отзыв фонограмм: Лицензиар вправе отозвать из перечня отдельные фонограммы, уведомив Платформу не позднее чем за ${days(count)}, всего ` +
    `${shareMax === undefined ? 'в любом количестве' : `не более ${percent(shareMax)} от их числа`}. Со дня, указанного в уведомлении, лицензия на них не ` +
    'действует; до этого дня Лицензиар вправе отменить отзыв.',
};

const SUSPENSION: Readonly<Record<NonNullable<Termination['breach']>['suspension'], string>> = {
  'at-once':
    'С момента своего уведомления о нарушении Лицензиар вправе приостановить действие лицензии до устранения нарушения.',
  'after-cure-period':
    'По истечении этого срока Лицензиар вправе приостановить действие лицензии до устранения нарушения.',
  never: 'Из-за нарушения действие лицензии не приостанавливается.',
};
