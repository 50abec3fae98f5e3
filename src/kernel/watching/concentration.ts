import { compare, exactText, ratio, rational } from '../money';
import { type UsageSum } from '../rating';
import { type Raised } from './days';
import { type AlertThresholds } from './thresholds';

export interface Concentration extends Raised {
  readonly isrc: string;
  readonly service: string;
  readonly territory: string;
}

/** Net units by territory, and all together. */
class Spread {
  all = 0n;
  readonly by = new Map<string, bigint>();

  add({ territory, quantity, returns }: Pick<UsageSum, 'territory' | 'quantity' | 'returns'>): void {
    const units = quantity - returns;
    this.all += units;
    this.by.set(territory, (this.by.get(territory) ?? 0n) + units);
  }

  in(territory: string): bigint {
    return this.by.get(territory) ?? 0n;
  }
}

/**
 * Recordings whose plays on a service come from one territory while the service's other recordings are played elsewhere, too. Where the
 * others come from there as well it is the service's home, and where they are too few there is nothing to compare with: neither is told.
 * In order of recording and service.
 */
export function concentrationsOf(usage: Iterable<UsageSum>, thresholds: AlertThresholds): Concentration[] {
  const services = new Map<string, Spread>();
  const recordings = new Map<string, { isrc: string; service: string; spread: Spread }>();
  for (const sum of usage) {
    const { isrc, service } = sum;
    const key = `${isrc} ${service}`;
    if (!services.has(service)) services.set(service, new Spread());
    if (!recordings.has(key)) recordings.set(key, { isrc, service, spread: new Spread() });
    services.get(service)!.add(sum);
    recordings.get(key)!.spread.add(sum);
  }
  return [...recordings.keys()].sort().flatMap((key) => {
    const { isrc, service, spread } = recordings.get(key)!;
    const found = concentrated(spread, services.get(service)!, thresholds);
    return found === undefined ? [] : [{ isrc, service, ...found }];
  });
}

function concentrated(
  own: Spread,
  whole: Spread,
  { territoryShare, territoryPlays }: AlertThresholds,
): Omit<Concentration, 'isrc' | 'service'> | undefined {
  const least = BigInt(territoryPlays);
  const others = whole.all - own.all;
  if (own.all < least || others < least) return undefined;
  const [territory, plays] = mostOf(own);
  const share = ratio(plays, own.all);
  const elsewhere = ratio(whole.in(territory) - plays, others);
  const wanted = rational(territoryShare);
  if (compare(share, wanted) < 0 || compare(elsewhere, wanted) >= 0) return undefined;
  return {
    territory,
    figures: {
      plays: String(own.all),
      playsInTerritory: String(plays),
      share: exactText(share),
      othersPlays: String(others),
      othersShare: exactText(elsewhere),
    },
    threshold: { share: territoryShare, plays: String(territoryPlays) },
  };
}

/** The territory with most units; of two alike the first by its code. */
function mostOf({ by }: Spread): [territory: string, units: bigint] {
  return [...by].reduce((most, one) => (one[1] > most[1] || (one[1] === most[1] && one[0] < most[0]) ? one : most));
}
