import { type MostFavoured, type MostFavouredFigure } from '../terms';
import { days } from './english-royalty';

const FIGURES: Readonly<Record<MostFavouredFigure, string>> = {
  'rate-per-unit': 'the rate per unit',
  'revenue-share': 'the share of revenue',
  'rate-per-subscriber': 'the rate per subscriber',
  floor: 'the least that a royalty comes to in a month',
  advance: 'the sum of the advances',
};

const PROMISES: Readonly<Record<MostFavoured['bound'], string>> = {
  label: 'the label agrees with no other platform on better terms than the platform has under this agreement',
  platform: 'the platform agrees with no other label on better terms than the label has under this agreement',
};

/** One clause of section 24. */
export function mostFavouredInEnglish(clause: MostFavoured): string {
  const { id, bound, compares, uses, territories } = clause;
  return (
    `Most favoured nation "${id}": for the days ${days(clause)}, ${PROMISES[bound]}. Compared are ` +
    `${compares.map((figure) => FIGURES[figure]).join(', ')}; terms in which one of them is ` +
    `${bound === 'label' ? 'lower are better for the other platform' : 'higher are better for the other label'}. The promise ` +
    `is for ${uses ? `the uses ${uses.join(', ')}` : 'every use licensed here'} in ` +
    `${territories ? territories.join(', ') : 'every territory licensed here'}.`
  );
}
