import { Injectable } from '@nestjs/common';
import { calendarDateOf, dayInZone, type Fault, isCalendarDate, type Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { DayField, HashField, IdField, JsonField, TextsField } from '../platform/http/fields';
import { makeAgreement } from './make-agreement';
import { hasOriginal } from './originals.repository';
import { partiesOf, readProposedTerms } from './proposed-terms';

export const BACK_FEE = 'back-fee';

export class ImportBody {
  @IdField({ description: 'the verified label or platform that it was concluded with' })
  readonly counterpartyId!: string;

  @JsonField({ description: 'the terms that the contract comes to, schema accordo-terms/1' })
  readonly terms!: object;

  @DayField({ description: 'the day on which it was concluded', example: '2024-06-28' })
  readonly concludedOn!: string;

  @HashField({ description: 'SHA-256 of the signed file, brought before to `/v1/agreement-originals`' })
  readonly original!: string;

  @TextsField({
    optional: true,
    max: 100,
    description:
      'what had been paid before: ids of advances of these terms, whose amounts are what is still to be recouped, or `back-fee`. It is not invoiced again',
  })
  readonly paid?: string[];
}

/**
 * Takes in a contract that was signed elsewhere: its terms as data beside the file that was signed. It runs here once both parties have
 * signed that these terms are what they agreed.
 */
@Injectable()
export class ImportAgreement {
  constructor(private readonly clock: Clock) {}

  /** Gives the agreement's id. Refuses with not-found, terms-invalid, terms-not-operable, terms-parties-differ, track-not-controlled, request-invalid. */
  async execute(tx: Tx, actor: Actor, body: ImportBody): Promise<string> {
    const parties = await partiesOf(tx, actor, body.counterpartyId);
    const terms = await readProposedTerms(tx, parties, actor.organizationId, body.terms);
    const at = this.clock.now();
    const paid = [...new Set(body.paid)].sort();
    const faults = [
      ...dayFaults(body.concludedOn, dayInZone(at, terms.timeZone)),
      ...paidFaults(terms, paid),
      ...((await hasOriginal(tx, body.original)) ? [] : [originalMissing]),
    ];
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const concludedOn = calendarDateOf(body.concludedOn);
    const origin = { kind: 'elsewhere' as const, concludedOn, document: body.original, paid };
    return makeAgreement(tx, actor, { terms, origin, at });
  }
}

const originalMissing: Fault = {
  pointer: '/original',
  code: 'original-unknown',
  message: 'your organization has brought no such file: send it to /v1/agreement-originals first',
};

function dayFaults(day: string, today: string): Fault[] {
  const pointer = '/concludedOn';
  if (!isCalendarDate(day)) return [{ pointer, code: 'day-unknown', message: 'there is no such day' }];
  return day > today ? [{ pointer, code: 'day-in-future', message: 'that day has not come yet' }] : [];
}

const ambiguous: Fault = {
  pointer: '/paid',
  code: 'paid-ambiguous',
  message: 'an advance is called back-fee, and there is a back fee: give the advance another id',
};

const settledAtOnce = 'the back fee was paid already: the claims end with the signature';

/** Each names something of the terms, and nothing is waited for that was paid already. */
function paidFaults({ advances, settlement, conditions = [] }: Terms, paid: readonly string[]): Fault[] {
  const payable = new Set([...advances.map(({ id }) => id), ...(settlement === undefined ? [] : [BACK_FEE])]);
  const unknown = paid.filter((name) => !payable.has(name));
  const waiting = conditions.filter((condition) =>
    paid.includes(condition.kind === 'back-fee-paid' ? BACK_FEE : condition.advance),
  );
  const isAmbiguous = settlement !== undefined && advances.some(({ id }) => id === BACK_FEE) && paid.includes(BACK_FEE);
  return [
    ...(isAmbiguous ? [ambiguous] : []),
    ...unknown.map((name) => {
      const message = `the terms have neither an advance nor a back fee of the name ${name}`;
      return { pointer: '/paid', code: 'paid-unknown', message };
    }),
    ...waiting.map(({ id }) => {
      const message = `the condition "${id}" waits for what was paid already: leave it out of the terms`;
      return { pointer: '/terms/conditions', code: 'paid-already', message };
    }),
    ...(settlement?.effect === 'payment' && paid.includes(BACK_FEE)
      ? [{ pointer: '/terms/settlement/effect', code: 'paid-already', message: settledAtOnce }]
      : []),
  ];
}
