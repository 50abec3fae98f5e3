import type { LicensedGrant } from '../agreements';
import {
  type CalendarDate,
  type CompiledGrants,
  compileGrants,
  dayInZone,
  type Pause,
  REFUSAL_REASONS,
  type RefusalReason,
  type Terms,
  type UseDecision,
} from '../kernel';

export interface AskedUse {
  /** Undefined when what was sent is no ISRC: then no recording is meant. */
  readonly isrc: string | undefined;
  readonly serviceId: string;
  readonly territory: string;
  readonly useType: string;
  readonly commercialModel: string;
  readonly instant: Date;
}

export type ClearanceAnswer =
  | {
      readonly licensed: true;
      readonly agreementId: string;
      readonly clause: string;
      /** The first day on which this grant no longer permits it. */
      readonly until: CalendarDate;
      readonly rightsScope: Terms['rightsScope'];
    }
  | { readonly licensed: false; readonly reason: RefusalReason };

interface Zone {
  readonly name: string;
  readonly grants: CompiledGrants;
  /** When the one agreement of this zone waited or was suspended; agreements that run through share a zone. */
  readonly pauses: readonly Pause[];
  readonly days: Map<number, CalendarDate>;
}

/**
 * Grants ready to answer. An instant is a different day in different agreements' time zones, so grants are kept by zone and
 * each zone is asked about its own day; which of several answers counts is the kernel's order of reasons.
 */
export class ClearanceIndex {
  private readonly zones = new Map<string, Zone>();
  private readonly clauses = new Map<string, LicensedGrant>();
  private readonly granted: ReadonlySet<string>;

  /** `inCatalogues`: recordings without a grant that the platform's licensors have all the same. */
  constructor(
    grants: readonly LicensedGrant[],
    private readonly inCatalogues: ReadonlySet<string>,
  ) {
    for (const [key, members] of Map.groupBy(grants, zoneKey)) {
      const [{ timeZone: name, pauses }] = members as [LicensedGrant];
      this.zones.set(key, { name, pauses, grants: compileGrants(members), days: new Map() });
    }
    this.granted = grantedIsrcs(grants);
    for (const grant of grants) this.clauses.set(`${grant.agreementId} ${grant.clause}`, grant);
  }

  answer(asked: AskedUse): ClearanceAnswer {
    const decision = this.decide(asked);
    if (!decision.licensed) return decision;
    const { agreementId, clause } = decision;
    const grant = this.clauses.get(`${agreementId} ${clause}`);
    if (grant === undefined) throw new Error(`agreement ${agreementId} has no grant ${clause}`);
    return { licensed: true, agreementId, clause, until: grant.inForce.until, rightsScope: grant.rightsScope };
  }

  private decide({ isrc, serviceId, territory, useType, commercialModel, instant }: AskedUse): UseDecision {
    if (isrc === undefined || !this.isKnown(isrc)) return { licensed: false, reason: 'unknown-recording' };
    let best: UseDecision = { licensed: false, reason: 'no-agreement' };
    for (const zone of this.zones.values()) {
      const day = dayOf(zone, instant);
      const context = { service: serviceId, territory, use: useType, model: commercialModel, day };
      const decision = unlessPaused(zone, instant, zone.grants.context(context).clauseFor(isrc));
      if (decision.licensed) return decision;
      if (!best.licensed && isMoreSpecific(decision.reason, best.reason)) best = decision;
    }
    return best;
  }

  private isKnown(isrc: string): boolean {
    return this.inCatalogues.has(isrc) || this.granted.has(isrc);
  }
}

/** The recordings that any of the grants names. */
export const grantedIsrcs = (grants: readonly LicensedGrant[]): Set<string> =>
  new Set(grants.flatMap((grant) => [...(grant.isrcs ?? [])]));

/** An agreement that ever paused is asked by itself: another one may license what it does not. */
const zoneKey = ({ timeZone, agreementId, pauses }: LicensedGrant): string =>
  pauses.length === 0 ? timeZone : `${timeZone} ${agreementId}`;

function unlessPaused({ pauses }: Zone, instant: Date, decision: UseDecision): UseDecision {
  if (!decision.licensed) return decision;
  const pause = pauses.find(({ from, until }) => from <= instant && (until === null || instant < until));
  return pause ? { licensed: false, reason: pause.state } : decision;
}

/** Days are remembered: the thousand questions of a batch mostly ask about one instant. */
function dayOf(zone: Zone, instant: Date): CalendarDate {
  const known = zone.days.get(instant.getTime());
  if (known !== undefined) return known;
  const day = dayInZone(instant, zone.name);
  zone.days.set(instant.getTime(), day);
  return day;
}

const isMoreSpecific = (a: RefusalReason, b: RefusalReason): boolean =>
  REFUSAL_REASONS.indexOf(a) > REFUSAL_REASONS.indexOf(b);
