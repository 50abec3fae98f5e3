import type { LivingAgreement } from '../../agreements';
import type { StatedShare } from '../../catalogue';
import {
  type CalendarDate,
  type CompiledContext,
  compileGrants,
  dayInZone,
  type GrantInForce,
  grantsOfLife,
  monthsOfLife,
  REFUSAL_REASONS,
  type RefusalReason,
  sourceOfRecord,
  termsOfMonth,
  territoryNumber,
  useModelCode,
  wholeShare,
} from '../../kernel';
import { eventDetailsOf } from './event-days';
import type { UsageEvent } from './usage-event';

/** Where an event counts, and in which month ("2026-01-01"). */
export interface Counted {
  readonly agreementId: string;
  readonly labelId: string;
  readonly month: string;
  /** Where its terms pay by sales: the currency in which the event must tell them. */
  readonly saleIn?: string;
}

/** Of an event that counts for a part of the recording. */
export interface Part extends Counted {
  /** What the label controls, in millionths. */
  readonly share: number;
}

/**
 * Where an event belongs: an agreement and its month, or held, with the kernel's reason and whose recording it is. `parts` where the label has not the whole:
 * for which agreements it counts instead, its own first.
 */
export type Match =
  | (Counted & { readonly held: null; readonly parts?: readonly Part[] })
  | { readonly agreementId: null; readonly labelId: string | null; readonly month: null; readonly held: RefusalReason };

/** Of an event that an agreement covers. */
export type Licensed = Extract<Match, { held: null }>;

/** The currency in which an event would have to tell what it was sold for, and does not, to count where it belongs. */
export const saleUntold = (match: Match, { sold }: UsageEvent): string | undefined =>
  match.held !== null
    ? undefined
    : [match, ...(match.parts ?? [])]
        .map(({ saleIn }) => saleIn)
        .find((currency) => currency !== undefined && currency !== sold?.currency);

interface Licensor extends Pick<LivingAgreement, 'life' | 'timeZone'> {
  readonly agreementId: string;
  readonly labelId: string;
  readonly zone: Zone;
  readonly grants: readonly GrantInForce[];
  /** By service, then by the number of day, territory, use and model. */
  readonly contexts: Map<string, Map<number, KnownContext>>;
}

/** Days by quarter of an hour, remembered. */
interface Zone {
  readonly name: string;
  readonly days: Map<number, Day>;
}

interface Day {
  readonly date: CalendarDate;
  /** Days since 1970. */
  readonly number: number;
}

/** What a label states of a recording, where it is a part. */
type Stated = Pick<StatedShare, 'share' | 'from' | 'until'> & { readonly territories: ReadonlySet<number> };

/** A context of one agreement, and what is answered where its grants permit the use: one object, however many events it is for. */
interface KnownContext {
  readonly compiled: CompiledContext;
  readonly licensed: Licensed;
}

/** Contexts and days are remembered up to here; then it is begun anew, for events may be of any age and place. */
const rememberedMax = 20_000;
const quarterHour = 900_000;
const dayLength = 86_400_000;
/** Since then every zone's clock is set apart from UTC by whole quarters of an hour. */
const quarterHoursSince = Date.UTC(1973, 0, 1);

/**
 * The grants of all agreements of one platform, ready for many events: found by recording, asked for the day of use where the agreement's
 * clocks hang. Days are licensed as a whole, as for reports, so the two can be compared.
 */
export class EventMatcher {
  private readonly byRecording = new Map<string, readonly Licensor[]>();
  private readonly remembered = new Set<Licensor['contexts']>();
  private contexts = 0;
  /** Labels that the platform has an agreement with. */
  readonly labelIds: readonly string[];
  /** By recording, then by label. */
  private readonly shares = new Map<string, Map<string, Stated[]>>();

  constructor(
    agreements: readonly LivingAgreement[],
    shares: readonly (StatedShare & { readonly labelId: string })[] = [],
  ) {
    this.labelIds = [...new Set(agreements.map(({ labelId }) => labelId))];
    const zones = new Map(agreements.map(({ timeZone: name }): [string, Zone] => [name, { name, days: new Map() }]));
    for (const { id, labelId, timeZone, life } of agreements) {
      const zone = zones.get(timeZone)!;
      const licensor: Licensor = {
        agreementId: id,
        labelId,
        life,
        timeZone,
        zone,
        grants: grantsOfLife(life, id),
        contexts: new Map(),
      };
      for (const isrc of new Set(licensor.grants.flatMap(({ isrcs }) => [...(isrcs ?? [])]))) {
        const before = this.byRecording.get(isrc);
        this.byRecording.set(isrc, before === undefined ? [licensor] : [...before, licensor]);
      }
    }
    for (const { labelId, isrcs, territories, ...stated } of shares)
      this.keepShare(labelId, isrcs, { ...stated, territories: new Set(territories) });
  }

  private keepShare(labelId: string, isrcs: readonly string[], stated: Stated): void {
    for (const isrc of isrcs) {
      if (!this.byRecording.has(isrc)) continue;
      const labels = this.shares.get(isrc) ?? new Map<string, Stated[]>();
      labels.set(labelId, [...(labels.get(labelId) ?? []), stated]);
      this.shares.set(isrc, labels);
    }
  }

  /** The first agreement that permits the use; where none does, the reason of the one that came closest. */
  match(event: UsageEvent): Match {
    let reason: RefusalReason = 'no-agreement';
    let closest: Licensor | undefined;
    for (const licensor of this.byRecording.get(event.isrc) ?? []) {
      const day = dayOf(licensor.zone, event.instant);
      const { compiled, licensed } = this.contextOf(licensor, event, day);
      const decision = compiled.clauseFor(event.isrc);
      if (decision.licensed)
        return this.shares.size > 0 && this.shares.has(event.isrc) ? this.shared(licensed, event) : licensed;
      if (closest === undefined || rank(decision.reason) > rank(reason)) {
        reason = decision.reason;
        closest = licensor;
      }
    }
    return { agreementId: null, labelId: closest?.labelId ?? null, month: null, held: reason };
  }

  /**
   * What an event that counts for an agreement counts for by the shares of now: for it alone where its label has the whole. Each next label gets its share, at
   * most what those before it leave: labels may claim more than one recording between them, and a platform pays for one.
   */
  partsOf(counted: Counted, event: UsageEvent): readonly Part[] {
    const licensors = this.byRecording.get(event.isrc) ?? [];
    const own = licensors.find(({ agreementId }) => agreementId === counted.agreementId);
    const parts: Part[] = [{ ...partOf(counted), share: own === undefined ? wholeShare : this.shareOf(own, event) }];
    const labels = new Set([counted.labelId]);
    let left = wholeShare - parts[0]!.share;
    for (const licensor of licensors) {
      if (left === 0) break;
      if (labels.has(licensor.labelId)) continue;
      const { compiled, licensed } = this.contextOf(licensor, event, dayOf(licensor.zone, event.instant));
      if (!compiled.clauseFor(event.isrc).licensed) continue;
      const share = Math.min(this.shareOf(licensor, event), left);
      labels.add(licensor.labelId);
      if (share > 0) parts.push({ ...partOf(licensed), share });
      left -= share;
    }
    return parts;
  }

  private shared(licensed: Licensed, event: UsageEvent): Licensed {
    const parts = this.partsOf(licensed, event);
    return parts.length === 1 && parts[0]!.share === wholeShare ? licensed : { ...licensed, parts };
  }

  /** On the day of use where the agreement's clocks hang; the whole where nothing is stated. */
  private shareOf({ labelId, zone }: Licensor, { isrc, territory, instant }: UsageEvent): number {
    const stated = this.shares.get(isrc)?.get(labelId);
    if (stated === undefined) return wholeShare;
    const [{ date: day }, place] = [dayOf(zone, instant), territoryNumber(territory)];
    const own = stated.find(
      ({ territories, from, until }) => territories.has(place) && from <= day && (until === null || day < until),
    );
    return own?.share ?? wholeShare;
  }

  private contextOf(licensor: Licensor, event: UsageEvent, day: Day): KnownContext {
    const { serviceId, territory, use, model } = event;
    const key = (day.number * territoriesMax + territoryNumber(territory)) * useModelsMax + useModelCode(use, model);
    return licensor.contexts.get(serviceId)?.get(key) ?? this.remember(licensor, event, day.date, key);
  }

  private remember(licensor: Licensor, event: UsageEvent, day: CalendarDate, key: number): KnownContext {
    const { agreementId, labelId, grants, contexts } = licensor;
    const saleIn = saleAsked(licensor, event, day.slice(0, 7));
    const { serviceId: service, territory, use, model } = event;
    const context: KnownContext = {
      compiled: compileGrants(grants).context({ service, territory, use, model, day }),
      licensed: {
        ...{ agreementId, labelId, month: `${day.slice(0, 7)}-01` },
        held: null,
        ...(saleIn === undefined ? {} : { saleIn }),
      },
    };
    if (this.contexts >= rememberedMax) {
      for (const known of this.remembered) known.clear();
      this.remembered.clear();
      this.contexts = 0;
    }
    const ofService = contexts.get(service) ?? new Map<number, KnownContext>();
    contexts.set(service, ofService.set(key, context));
    this.remembered.add(contexts);
    this.contexts += 1;
    return context;
  }
}

/** Above all numbers of territories, and all codes of a use and a model. */
const territoriesMax = 1024;
const useModelsMax = 4096;

function dayOf({ name, days }: Zone, instant: number): Day {
  if (instant < quarterHoursSince) return dayAt(instant, name);
  const quarter = Math.floor(instant / quarterHour);
  let day = days.get(quarter);
  if (day === undefined) {
    day = dayAt(instant, name);
    if (days.size >= rememberedMax) days.clear();
    days.set(quarter, day);
  }
  return day;
}

function dayAt(instant: number, zone: string): Day {
  const date = dayInZone(new Date(instant), zone);
  return { date, number: Date.parse(date) / dayLength };
}

const partOf = ({ agreementId, labelId, month, saleIn }: Counted): Counted => ({
  ...{ agreementId, labelId, month },
  ...(saleIn === undefined ? {} : { saleIn }),
});

/** Of uses that are paid by events; what reports tell is asked of reports. */
function saleAsked(
  licensor: Pick<Licensor, 'life' | 'timeZone'>,
  { serviceId, use, model }: UsageEvent,
  month: string,
): string | undefined {
  if (!monthsOfLife(licensor.life).includes(month)) return undefined;
  const details = eventDetailsOf(licensor, month);
  const isAsked = details?.sold.includes(useModelCode(use, model)) === true;
  return isAsked && sourceOfRecord(termsOfMonth(licensor.life, month), serviceId, use) === 'events'
    ? details.currency
    : undefined;
}

const rank = (reason: RefusalReason): number => REFUSAL_REASONS.indexOf(reason);
