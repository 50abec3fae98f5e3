import { type CalendarDate } from '../calendar';
import { isTerritory, territoryNumber } from '../territory';
import { isCommercialModel, isUseType, modelNumber, useNumber } from '../uses';
import { type GrantInForce } from './grants';
import {
  LICENSED_RUNG,
  reasonBit,
  reasonOf,
  type ReasonSet,
  REFUSAL_REASONS,
  type RefusalReason,
  rungOf,
} from './ladder';

export type UseDecision =
  | { readonly licensed: true; readonly agreementId: string; readonly clause: string }
  | { readonly licensed: false; readonly reason: RefusalReason };

/** What is asked of all recordings alike: codes as DDEX writes them, the day in the licence's time zone. */
export interface UseContext {
  readonly service: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly day: CalendarDate;
}

export interface UseQuestion extends UseContext {
  readonly isrc: string;
  /** False when no catalogue knows the recording; the answer is then 'unknown-recording'. */
  readonly knownRecording?: boolean;
}

/** One context, ready to be asked about any number of recordings. Answers are shared objects. */
export interface CompiledContext {
  clauseFor(isrc: string): UseDecision;
}

/** Grants ready for many questions: usage reading asks once per context and then once per recording. */
export interface CompiledGrants {
  context(context: UseContext): CompiledContext;
}

const REFUSALS = new Map<RefusalReason, UseDecision>(
  REFUSAL_REASONS.map((reason) => [reason, Object.freeze({ licensed: false, reason })]),
);

/** May this service use this recording this way, here, on this day? The first grant that permits it is named. */
export function decideUse(grants: readonly GrantInForce[], question: UseQuestion): UseDecision {
  if (question.knownRecording === false) return refusal('unknown-recording');
  return compileContext(grants, question).clauseFor(question.isrc);
}

/** Prepares grants for many questions. Contexts are remembered by their five values. */
export function compileGrants(grants: readonly GrantInForce[]): CompiledGrants {
  const contexts = new Map<string, CompiledContext>();
  return {
    context(context) {
      const key = [context.service, context.territory, context.use, context.model, context.day].join('\t');
      let compiled = contexts.get(key);
      if (!compiled) {
        compiled = compileContext(grants, context);
        contexts.set(key, compiled);
      }
      return compiled;
    },
  };
}

function compileContext(grants: readonly GrantInForce[], context: UseContext): CompiledContext {
  const numbers = numbersOf(context);
  const outcomes = grants.map((grant) => ({ isrcs: grant.isrcs, decision: outcomeOf(grant, numbers) }));
  return {
    clauseFor(isrc) {
      let best = refusal('no-agreement');
      for (const { isrcs, decision } of outcomes) {
        if (isrcs && !isrcs.has(isrc)) continue;
        if (decision.licensed) return decision;
        if (!best.licensed && rank(decision.reason) > rank(best.reason)) best = decision;
      }
      return best;
    },
  };
}

export interface ContextNumbers extends Pick<UseContext, 'service' | 'day'> {
  readonly territory: number | undefined;
  readonly use: number | undefined;
  readonly model: number | undefined;
}

/** Codes outside the lists are no error here: nothing grants them. */
export function numbersOf({ service, day, territory, use, model }: UseContext): ContextNumbers {
  return {
    service,
    day,
    territory: isTerritory(territory) ? territoryNumber(territory) : undefined,
    use: isUseType(use) ? useNumber(use) : undefined,
    model: isCommercialModel(model) ? modelNumber(model) : undefined,
  };
}

function outcomeOf(grant: GrantInForce, numbers: ContextNumbers): UseDecision {
  const rung = rungOf(reasonsOnDay(grant, numbers));
  if (rung < LICENSED_RUNG) return refusal(reasonOf(rung));
  return Object.freeze({ licensed: true, agreementId: grant.agreementId, clause: grant.clause });
}

/** Every reason why a grant does not permit a use on a day. */
export function reasonsOnDay(
  { services, uses, models, territories, inForce, state }: GrantInForce,
  { service, day, territory, use, model }: ContextNumbers,
): ReasonSet {
  const usesIt = use !== undefined && model !== undefined && uses.has(use) && models.has(model);
  return (
    (services.has(service) ? 0 : reasonBit('no-agreement')) |
    (usesIt ? 0 : reasonBit('use-not-granted')) |
    (territory !== undefined && territories.has(territory) ? 0 : reasonBit('territory-not-granted')) |
    (day < inForce.until ? 0 : reasonBit('expired')) |
    (day >= inForce.from ? 0 : reasonBit('not-yet')) |
    (state === 'in-force' ? 0 : reasonBit(state))
  );
}

function rank(reason: RefusalReason): number {
  return REFUSAL_REASONS.indexOf(reason);
}

function refusal(reason: RefusalReason): UseDecision {
  return REFUSALS.get(reason) ?? { licensed: false, reason };
}
