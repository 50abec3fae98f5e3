import { at, Faults } from '../faults';
import { add, isDecimalText, rational, ZERO } from '../money';
import { type RoyaltyClause, type Terms } from '../terms';
import { needsContext, type ClauseFigures } from './evaluate';
import { RatingRefused, type PeriodContext, type ServiceContext } from './rating-input';

/**
 * The figures of a clause: its net units and, where its royalty asks for them, revenue and all plays summed over its
 * services. Throws RatingRefused when a figure is absent, malformed, given twice, or less than the licence's own plays.
 */
export function figuresOf(
  terms: Terms,
  { clause, units, context }: { clause: RoyaltyClause; units: bigint; context: PeriodContext },
): ClauseFigures {
  if (!needsContext(clause.royalty)) return { units, allPlays: 0n, netMusicAdvertisingRevenue: ZERO };
  const faults = new Faults();
  const known = checkContext(context, faults);
  const wanted = terms.grants.filter(({ id }) => clause.grants.includes(id)).flatMap(({ services }) => services);
  let allPlays = 0n;
  let revenue = ZERO;
  for (const service of new Set(wanted)) {
    const figures = known.get(service);
    if (!figures) {
      faults.add('/context/services', 'context-missing', `has no figures of the service ${service}`);
    } else if (!faults.found) {
      allPlays += figures.allPlays;
      revenue = add(revenue, rational(figures.netMusicAdvertisingRevenue));
    }
  }
  if (!faults.found && allPlays < units) {
    faults.add(
      '/context/services',
      'context-all-plays',
      `${allPlays} plays of all music, fewer than the ${units} licensed`,
    );
  }
  if (faults.found) throw new RatingRefused(faults.list);
  return { units, allPlays, netMusicAdvertisingRevenue: revenue };
}

function checkContext(context: PeriodContext, faults: Faults): Map<string, ServiceContext> {
  const known = new Map<string, ServiceContext>();
  context.services.forEach((figures, index) => {
    const pointer = at('/context/services', index);
    if (known.has(figures.service)) faults.add(pointer, 'context-duplicate', 'gives figures of this service again');
    if (figures.allPlays < 0n) faults.add(at(pointer, 'allPlays'), 'context-all-plays', 'must not be negative');
    if (!isDecimalText(figures.netMusicAdvertisingRevenue)) {
      faults.add(at(pointer, 'netMusicAdvertisingRevenue'), 'context-decimal', 'must be a plain decimal');
    }
    known.set(figures.service, figures);
  });
  return known;
}
