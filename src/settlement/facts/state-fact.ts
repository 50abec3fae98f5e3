import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../agreements';
import {
  currentTerms,
  dayInZone,
  endOf,
  isExactText,
  readMoney,
  periodsOfLife,
  type Terms,
  termsOfMonth,
} from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { ChoiceField, IdField, MonthField, TextField } from '../../platform/http/fields';
import { publish } from '../../platform/outbox/outbox';
import { askToPostDues } from '../invoices/post-dues';
import { notAPeriod } from '../statements/closable';
import { draftOfMonth } from '../statements/drafts/drafts.repository';
import { statementOfMonth } from '../statements/statements.repository';
import {
  exercisedOptions,
  findFact,
  factKinds,
  insertConfirmation,
  insertFact,
  type NewFact,
  type PeriodFact,
} from './facts.repository';

export class PeriodFactBody {
  @ChoiceField(factKinds, {
    description:
      'expenses: to be recovered before anything is recouped, by the platform, counted once the label confirms them; credit: credit in kind that the label asks for; figure: one of the parties’ own, by the platform',
  })
  readonly kind!: (typeof factKinds)[number];

  @MonthField({ description: 'a month that is not closed; of longer reporting periods the first', example: '2026-01' })
  readonly month!: string;

  @TextField({ optional: true, description: 'id of the credit or of the figure in the terms', example: 'channels' })
  readonly subject?: string;

  @IdField({ optional: true, description: 'of a figure that is given for each service' })
  readonly serviceId?: string;

  @TextField({
    max: 60,
    description: 'an amount of the agreement’s currency; a figure as its unit is',
    example: '1200.00',
  })
  readonly value!: string;

  @TextField({ max: 2_000, optional: true, description: 'where it comes from' })
  readonly note?: string;
}

/**
 * States for a month what its close needs to know. What is stated again takes the place of what was stated before. Refuses with not-found,
 * agreement-not-concluded, request-invalid, forbidden to the other side, and period-already-closed.
 */
@Injectable()
export class StateFact {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, agreementId: string, body: PeriodFactBody): Promise<PeriodFact> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const { kind, month, subject = null, serviceId = null, value, note = null } = body;
    refuseOtherSide(actor, agreement, kind);
    refuseUnknown(agreement, body);
    await refuseClosed(tx, agreementId, month);
    return state(tx, actor, agreement, {
      ...{ kind, day: `${month}-01`, subject, service_id: serviceId, value, note },
      at: this.clock.now(),
    });
  }

  /** The label confirms expenses: from then on they are taken from royalties. */
  async confirm(tx: Tx, actor: Actor, agreementId: string, number: number): Promise<PeriodFact> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const fact = await findFact(tx, agreementId, number);
    if (fact === undefined) throw new DomainError('not-found');
    if (fact.kind !== 'expenses') throw new DomainError('period-fact-state', 'it counts as it is');
    if (fact.confirmed_at !== null) throw new DomainError('period-fact-state', 'it is confirmed already');
    await refuseClosed(tx, agreementId, fact.day.slice(0, 7));
    const at = this.clock.now();
    await insertConfirmation(tx, agreement, { number, madeBy: actorName(actor), at });
    await tell(tx, actor, agreement, { action: 'period-fact.confirmed', details: { number }, at });
    return { ...fact, confirmed_at: at };
  }

  /** The platform exercises an optional advance: it is due, for good. */
  async exercise(tx: Tx, actor: Actor, agreementId: string, advance: string): Promise<PeriodFact> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    if (!currentTerms(agreement.life).advances.some(({ id, option }) => id === advance && option))
      throw new DomainError('not-found');
    const at = this.clock.now();
    const day = dayInZone(at, agreement.timeZone);
    if (day >= endOf(agreement.life).until) throw new DomainError('agreement-not-running');
    if ((await exercisedOptions(tx, agreement)).has(advance))
      throw new DomainError('period-fact-state', 'it is exercised already');
    const option = { kind: 'option', day, subject: advance, service_id: null, value: null, note: null } as const;
    const fact = await state(tx, actor, agreement, { ...option, at });
    await askToPostDues(tx, agreementId);
    return fact;
  }
}

async function state(
  tx: Tx,
  actor: Actor,
  agreement: LivingAgreement,
  fact: Omit<NewFact, 'statedBy' | 'madeBy'>,
): Promise<PeriodFact> {
  const statedBy = actor.organizationId;
  const number = await insertFact(tx, agreement, { ...fact, statedBy, madeBy: actorName(actor) });
  const { kind, day, subject, value, at } = fact;
  const details = { number, kind, day, ...(subject === null ? {} : { subject }), ...(value === null ? {} : { value }) };
  await tell(tx, actor, agreement, { action: 'period-fact.stated', details, at });
  return (await findFact(tx, agreement.id, number))!;
}

async function tell(
  tx: Tx,
  actor: Actor,
  { id, labelId, platformId }: LivingAgreement,
  { action, details, at }: { action: string; details: Record<string, string | number>; at: Date },
): Promise<void> {
  await audit(tx, actor, { action, subjectId: id, details, at });
  await publish(tx, { to: [labelId, platformId], topic: action, subjectId: id, payload: details, at });
}

function refuseOtherSide(
  { organizationId }: Actor,
  { labelId, platformId }: LivingAgreement,
  kind: PeriodFactBody['kind'],
): void {
  const side = kind === 'credit' ? labelId : platformId;
  if (organizationId === side) return;
  throw new DomainError('forbidden', `${kind} is for the ${kind === 'credit' ? 'label' : 'platform'} to state`);
}

/** Whoever could change what a draft stands on at any time could keep it from ever being issued: the label rejects the draft first. */
async function refuseClosed(tx: Tx, agreementId: string, month: string): Promise<void> {
  if ((await statementOfMonth(tx, agreementId, month)) !== undefined) throw new DomainError('period-already-closed');
  if ((await tx.asSystem(() => draftOfMonth(tx, agreementId, month))) === undefined) return;
  throw new DomainError(
    'period-fact-state',
    'the period is being closed: its draft waits for a second person of the label',
  );
}

function refuseUnknown(agreement: LivingAgreement, { kind, month, subject, serviceId, value }: PeriodFactBody): void {
  const { life } = agreement;
  const faults: Fault[] = [];
  const add = (pointer: string, code: string, message: string): void => void faults.push({ pointer, code, message });
  if (!periodsOfLife(life).includes(month)) {
    add('/month', 'field-month', notAPeriod(agreement, month));
  } else {
    const terms = termsOfMonth(life, month);
    if (!hasClause(terms, kind, subject)) add('/subject', 'period-fact-unknown', 'the terms have no such clause');
    refuseService(terms, { kind, subject, serviceId }, add);
    const fault = valueFault(terms, { kind, subject, value });
    if (fault !== undefined) add('/value', 'period-fact-value', fault);
  }
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}

type About = Pick<PeriodFactBody, 'kind'> & {
  readonly subject?: string | undefined;
  readonly serviceId?: string | undefined;
};

const figureOf = ({ figures = [] }: Terms, subject: string | undefined) => figures.find(({ id }) => id === subject);

function hasClause(terms: Terms, kind: PeriodFactBody['kind'], subject: string | undefined): boolean {
  if (kind === 'expenses') return subject === undefined && terms.recoupment?.expenses === 'before-recoupment';
  if (kind === 'credit') return (terms.inKindCredits ?? []).some(({ id }) => id === subject);
  return figureOf(terms, subject) !== undefined;
}

function refuseService(
  terms: Terms,
  { kind, subject, serviceId }: About,
  add: (pointer: string, code: string, message: string) => void,
): void {
  const perService = kind === 'figure' && figureOf(terms, subject)?.per === 'service';
  if (!perService) {
    if (serviceId !== undefined) add('/serviceId', 'service-unknown', 'it is not given for single services');
  } else if (!terms.services.some(({ id }) => id === serviceId)) {
    add('/serviceId', 'service-unknown', 'must be a service of the agreement: the figure is given for each');
  }
}

function valueFault(
  terms: Terms,
  { kind, subject, value }: Pick<PeriodFactBody, 'kind' | 'value'> & About,
): string | undefined {
  const unit = kind === 'figure' ? figureOf(terms, subject)?.unit : 'amount';
  if (unit === 'flag') return value === 'true' || value === 'false' ? undefined : 'must be true or false';
  if (!isExactText(value) || value.startsWith('-')) return 'must be a decimal that is not negative';
  if (unit === 'share') return undefined;
  if (!/^\d{1,15}(\.\d{1,12})?$/.test(value)) return 'must be a decimal that is not negative';
  const { currency } = terms;
  return unit === 'amount' && !readMoney(value, currency) ? `must be an amount of ${currency}` : undefined;
}
