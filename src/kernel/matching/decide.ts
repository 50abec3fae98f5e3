import { contains, type CalendarDate } from '../calendar';
import { isTerritory, territoryNumber } from '../territory';
import { isCommercialModel, isUseType, modelNumber, useNumber } from '../uses';
import { type GrantInForce } from './grants';

/**
 * Why not, least specific first. When several grants fail, the answer is that of the grant that came furthest:
 * 'territory-not-granted' means that there is a licence for this recording, service and use, but not there.
 */
export const REFUSAL_REASONS = [
  'unknown-recording',
  'no-agreement',
  'use-not-granted',
  'territory-not-granted',
  'expired',
  'not-yet',
  'withdrawn',
  'suspended',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

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

interface ContextNumbers extends Pick<UseContext, 'service' | 'day'> {
  readonly territory: number | undefined;
  readonly use: number | undefined;
  readonly model: number | undefined;
}

/** Codes outside the lists are no error here: nothing grants them. */
function numbersOf({ service, day, territory, use, model }: UseContext): ContextNumbers {
  return {
    service,
    day,
    territory: isTerritory(territory) ? territoryNumber(territory) : undefined,
    use: isUseType(use) ? useNumber(use) : undefined,
    model: isCommercialModel(model) ? modelNumber(model) : undefined,
  };
}

function outcomeOf(grant: GrantInForce, { service, day, territory, use, model }: ContextNumbers): UseDecision {
  if (!grant.services.has(service)) return refusal('no-agreement');
  if (use === undefined || model === undefined || !grant.uses.has(use) || !grant.models.has(model)) {
    return refusal('use-not-granted');
  }
  if (territory === undefined || !grant.territories.has(territory)) return refusal('territory-not-granted');
  if (day < grant.inForce.from) return refusal('not-yet');
  if (!contains(grant.inForce, day)) return refusal('expired');
  if (grant.state !== 'in-force') return refusal(grant.state);
  return Object.freeze({ licensed: true, agreementId: grant.agreementId, clause: grant.clause });
}

function rank(reason: RefusalReason): number {
  return REFUSAL_REASONS.indexOf(reason);
}

function refusal(reason: RefusalReason): UseDecision {
  return REFUSALS.get(reason) ?? { licensed: false, reason };
}
