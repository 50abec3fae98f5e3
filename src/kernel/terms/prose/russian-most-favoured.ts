import { type MostFavoured, type MostFavouredFigure } from '../terms';
import { USES_IN_RUSSIAN } from './russian-glosses';
import { days } from './russian-royalty';

const FIGURES: Readonly<Record<MostFavouredFigure, string>> = {
  'rate-per-unit': 'ставка за единицу',
  'revenue-share': 'доля выручки',
  'rate-per-subscriber': 'ставка за подписчика',
  floor: 'наименьший размер роялти за месяц',
  advance: 'сумма авансов',
};

const PROMISES: Readonly<Record<MostFavoured['bound'], string>> = {
  label:
    'Лицензиар не заключает ни с какой другой платформой договора на условиях лучших, чем условия Платформы по настоящему договору',
  platform:
    'Платформа не заключает ни с каким другим лицензиаром договора на условиях лучших, чем условия Лицензиара по настоящему договору',
};

/** One clause of section 24. */
export function mostFavouredInRussian(clause: MostFavoured): string {
  const { id, bound, compares, uses, territories } = clause;
  const named = uses?.map((use) => `${use}${USES_IN_RUSSIAN[use] === undefined ? '' : ` (${USES_IN_RUSSIAN[use]})`}`);
  return (
    `Режим наибольшего благоприятствования «${id}»: ${days(clause)} ${PROMISES[bound]}. Сравниваются: ` +
    `${compares.map((figure) => FIGURES[figure]).join(', ')}; лучшими для ${bound === 'label' ? 'другой платформы' : 'другого лицензиара'} ` +
    `считаются условия, в которых такой показатель ${bound === 'label' ? 'ниже' : 'выше'}. Обязательство относится к способам ` +
    `использования: ${named ? named.join(', ') : 'все предоставленные по настоящему договору'}; территория — ` +
    `${territories ? territories.join(', ') : 'вся территория настоящего договора'}.`
  );
}
