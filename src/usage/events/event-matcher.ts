import type { LivingAgreement } from '../../agreements';
import {
  type CalendarDate,
  type CompiledContext,
  compileGrants,
  dayInZone,
  type GrantInForce,
  grantsOfLife,
  REFUSAL_REASONS,
  type RefusalReason,
} from '../../kernel';
import type { UsageEvent } from './usage-event';

/** Where an event belongs: an agreement and its month ("2026-01-01"), or held, with the kernel's reason and whose recording it is. */
export type Match =
  | { readonly agreementId: string; readonly labelId: string; readonly month: string; readonly held: null }
  | { readonly agreementId: null; readonly labelId: string | null; readonly month: null; readonly held: RefusalReason };

interface Licensor {
  readonly agreementId: string;
  readonly labelId: string;
  readonly zone: Zone;
  readonly grants: readonly GrantInForce[];
}

/** Days by quarter of an hour, remembered. */
interface Zone {
  readonly name: string;
  readonly days: Map<number, CalendarDate>;
}

/** A context of one agreement, and what is answered where its grants permit the use: one object, however many events it is for. */
interface KnownContext {
  readonly compiled: CompiledContext;
  readonly licensed: Match;
}

/** Contexts and days are remembered up to here; then it is begun anew, for events may be of any age and place. */
const rememberedMax = 20_000;
const quarterHour = 900_000;
/** Since then every zone's clock is set apart from UTC by whole quarters of an hour. */
const quarterHoursSince = Date.UTC(1973, 0, 1);

/**
 * The grants of all agreements of one platform, ready for many events: found by recording, asked for the day of use where the agreement's
 * clocks hang. Days are licensed as a whole, as for reports, so the two can be compared.
 */
export class EventMatcher {
  private readonly byRecording = new Map<string, readonly Licensor[]>();
  private readonly contexts = new Map<string, KnownContext>();
  /** Labels that the platform has an agreement with. */
  readonly labelIds: readonly string[];

  constructor(agreements: readonly LivingAgreement[]) {
    this.labelIds = [...new Set(agreements.map(({ labelId }) => labelId))];
    const zones = new Map(agreements.map(({ timeZone: name }): [string, Zone] => [name, { name, days: new Map() }]));
    for (const { id, labelId, timeZone, life } of agreements) {
      const zone = zones.get(timeZone)!;
      const licensor: Licensor = { agreementId: id, labelId, zone, grants: grantsOfLife(life, id) };
      for (const isrc of new Set(licensor.grants.flatMap(({ isrcs }) => [...(isrcs ?? [])]))) {
        const before = this.byRecording.get(isrc);
        this.byRecording.set(isrc, before === undefined ? [licensor] : [...before, licensor]);
      }
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
      if (decision.licensed) return licensed;
      if (closest === undefined || rank(decision.reason) > rank(reason)) {
        reason = decision.reason;
        closest = licensor;
      }
    }
    return { agreementId: null, labelId: closest?.labelId ?? null, month: null, held: reason };
  }

  private contextOf(
    { agreementId, labelId, grants }: Licensor,
    { serviceId: service, territory, use, model }: UsageEvent,
    day: CalendarDate,
  ): KnownContext {
    const key = `${agreementId} ${service} ${territory} ${use} ${model} ${day}`;
    let context = this.contexts.get(key);
    if (context === undefined) {
      context = {
        compiled: compileGrants(grants).context({ service, territory, use, model, day }),
        licensed: { agreementId, labelId, month: `${day.slice(0, 7)}-01`, held: null },
      };
      if (this.contexts.size >= rememberedMax) this.contexts.clear();
      this.contexts.set(key, context);
    }
    return context;
  }
}

function dayOf({ name, days }: Zone, instant: number): CalendarDate {
  if (instant < quarterHoursSince) return dayInZone(new Date(instant), name);
  const quarter = Math.floor(instant / quarterHour);
  let day = days.get(quarter);
  if (day === undefined) {
    day = dayInZone(new Date(instant), name);
    if (days.size >= rememberedMax) days.clear();
    days.set(quarter, day);
  }
  return day;
}

const rank = (reason: RefusalReason): number => REFUSAL_REASONS.indexOf(reason);
