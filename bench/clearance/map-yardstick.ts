import type { IndexedAgreement } from '../../src/clearance/fast-index';
import { datedGrantsOf, startOfDayInZone } from '../../src/kernel';
import type { Questions } from './in-process';

interface PlainGrant {
  readonly services: ReadonlySet<string>;
  readonly territories: ReadonlySet<number>;
  readonly uses: ReadonlySet<number>;
  readonly models: ReadonlySet<number>;
  readonly from: number;
  readonly until: number;
}

/** What one would write first: a Map from the text of an ISRC to its grants, each with sets. */
export class MapIndex {
  private readonly grants = new Map<string, PlainGrant[]>();

  constructor(world: readonly IndexedAgreement[]) {
    for (const { id, life } of world) {
      for (const { services, territories, uses, models, inForce, timeZone, isrcs } of datedGrantsOf(life, id)) {
        const days = {
          from: startOfDayInZone(inForce.from, timeZone).getTime(),
          until: startOfDayInZone(inForce.until, timeZone).getTime(),
        };
        const grant = { services, territories, uses, models, ...days };
        for (const isrc of isrcs ?? []) {
          const own = this.grants.get(isrc);
          if (own === undefined) this.grants.set(isrc, [grant]);
          else own.push(grant);
        }
      }
    }
  }

  /** How many yes; the questions' services by name. */
  decideAll(q: Questions, services: readonly string[]): number {
    const bytes = Buffer.from(q.isrcs.buffer);
    let licensed = 0;
    for (let at = 0; at < q.count; at += 1) {
      const grants = this.grants.get(bytes.toString('latin1', at * 12, at * 12 + 12));
      if (grants?.some((grant) => permits(grant, q, at, services[at]!))) licensed += 1;
    }
    return licensed;
  }
}

function permits(grant: PlainGrant, q: Questions, at: number, service: string): boolean {
  const instant = q.instants[at]!;
  return (
    grant.services.has(service) &&
    grant.uses.has(q.uses[at]!) &&
    grant.models.has(q.models[at]!) &&
    grant.territories.has(q.territories[at]!) &&
    grant.from <= instant &&
    instant < grant.until
  );
}
