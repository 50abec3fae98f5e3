import { at } from '../faults';
import { compare, isDecimalText, rational, sumOf, ZERO, type Rational } from '../money';
import { RatingRefused, type PeriodContext } from '../rating';
import { type Terms } from '../terms';

/**
 * The counts of minimum fees in a period: of the agreement, or over the services of the terms, as the figure is defined. Throws
 * RatingRefused when one is absent, given twice, no decimal, or below zero.
 */
export function countIn(terms: Terms, context: PeriodContext): (figure: string) => Rational {
  return (figure) => {
    const defined = terms.figures?.find(({ id }) => id === figure);
    if (defined?.per === 'agreement') {
      return countAt(context.figures?.[figure], { pointer: at('/context/figures', figure), figure });
    }
    return sumOf(terms.services.map(({ id }) => ofService(context, { service: id, figure })));
  };
}

function ofService({ services }: PeriodContext, { service, figure }: { service: string; figure: string }): Rational {
  const [place, again] = services.flatMap((one, index) => (one.service === service ? [index] : []));
  if (again !== undefined) {
    refuse(at('/context/services', again), 'context-duplicate', 'gives figures of this service again');
  }
  const given = services[place ?? -1];
  const count = figure === 'allPlays' ? given?.allPlays?.toString() : given?.figures?.[figure];
  const pointer = place === undefined ? '/context/services' : at('/context/services', place);
  return countAt(count, {
    pointer: given && figure !== 'allPlays' ? at(`${pointer}/figures`, figure) : pointer,
    figure,
  });
}

function countAt(count: string | undefined, { pointer, figure }: { pointer: string; figure: string }): Rational {
  if (count === undefined) {
    return refuse(
      pointer,
      'context-missing',
      `"${figure}" is the count of a minimum fee whose year begins in this period`,
    );
  }
  if (!isDecimalText(count) || compare(rational(count), ZERO) < 0) {
    return refuse(pointer, 'context-figure', 'must be a plain decimal that is not negative: a minimum fee counts it');
  }
  return rational(count);
}

function refuse(pointer: string, code: string, message: string): never {
  throw new RatingRefused([{ pointer, code, message }]);
}
