import { Injectable } from '@nestjs/common';
import type { LivingAgreement } from '../../agreements';
import { RatingRefused, termsOfMonth } from '../../kernel';
import { Approvals, voidApproval } from '../../platform/approvals/approvals';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { problemOf } from '../../platform/http/problem.filter';
import type { JobPayload } from '../../platform/jobs/jobs';
import { beginOperation, moveOperation } from '../../platform/operations/operations';
import { publish } from '../../platform/outbox/outbox';
import { KeptReadings, MatchHeldEvents, ShareOutEvents } from '../../usage';
import { areRatesOutdated, asksForRates } from './close-at-rates';
import { holdPool } from '../pools/pool-of';
import { refuseUnlessClosable } from './closable';
import { builtOn } from './drafts/built-on';
import { type DraftHead, draftOfMonth, findDraft, insertDraft, nextDraft, voidDraft } from './drafts/drafts.repository';
import { workOut } from './drafts/work-out';
import { issueAction } from './issue-statement';
import { currentBookings, statementOfMonth } from './statements.repository';
import { writeLines } from './write-lines';

/**
 * Closes a reporting period as far as a machine may: rates it, corrects earlier ones whose reports were replaced or events came late, and keeps the statement and
 * its lines as a draft that a second person of the label issues. Nothing is booked, and the platform hears nothing. Killed anywhere it leaves nothing;
 * run again, or eight times at once, it leaves one draft.
 */
@Injectable()
export class ClosePeriod {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly readings: KeptReadings,
    private readonly matchHeldEvents: MatchHeldEvents,
    private readonly shareOutEvents: ShareOutEvents,
    private readonly approvals: Approvals,
  ) {}

  async execute({ operationId = '', agreementId = '', month = '', askedBy = '', ...more }: JobPayload): Promise<void> {
    if (askedBy === '') throw new Error('a close names who asked for it: somebody else issues its statement');
    const at = this.clock.now();
    await beginOperation(this.database, operationId, at);
    const asked = { operationId, agreementId, month, askedBy, estimate: more.estimate === 'true', at };
    try {
      if (await this.done(asked, 'counted')) return;
      // Held events that the agreement covers by now are the month's, or a difference of an earlier one.
      await this.matchHeldEvents.execute({ agreementId });
      await this.shareOutEvents.finish(agreementId);
      await this.done(asked, 'whatever waits');
    } catch (error) {
      const refusal = finalRefusal(error);
      if (refusal === undefined) throw error;
      const problem = problemOf(refusal);
      await this.database.asSystem((tx) => moveOperation(tx, operationId, { state: 'failed', problem, at }));
    }
  }

  /** Closes and says so, in one transaction; or, where all events have to count and some still wait for it, does nothing and gives false. */
  private done(asked: Close, events: 'counted' | 'whatever waits'): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      // Whoever closes a month of the same agreement, or of its pool, at the same time waits here, and then finds the draft.
      const agreement = await holdPool(tx, asked.agreementId);
      if (events === 'counted' && (await this.doEventsWait(tx, agreement))) return false;
      const statementId = await this.closeOnce(tx, agreement, asked);
      await moveOperation(tx, asked.operationId, { state: 'done', result: { statementId }, at: asked.at });
      return true;
    });
  }

  /** Most closes find none: they are looked for where the agreement is at hand. */
  private async doEventsWait(tx: Tx, agreement: LivingAgreement): Promise<boolean> {
    return (
      (await this.matchHeldEvents.hasAny(tx, agreement)) || (await this.shareOutEvents.hasAny(tx, agreement.platformId))
    );
  }

  /** Gives the id of the month's statement, or of its draft. */
  private async closeOnce(
    tx: Tx,
    agreement: LivingAgreement,
    { agreementId, month, askedBy, estimate, at }: Close,
  ): Promise<string> {
    const issued = await statementOfMonth(tx, agreementId, month);
    if (issued !== undefined) return issued.id;
    await refuseUnlessClosable(tx, { agreement, month, now: at, estimate });

    const bookings = await currentBookings(tx, agreementId);
    const base = await builtOn(tx, agreement, { month, bookings, estimate });
    const waiting = await draftOfMonth(tx, agreementId, month);
    if (waiting?.built_on === base.text && !(await lacksItsRates(tx, agreement, waiting, at))) return waiting.id;
    if (waiting !== undefined) await supersede(tx, waiting, at);

    const { closed, corrections, outcome } = await workOut(tx, this.readings, { agreement, month, bookings, base, at });
    const draft = await nextDraft(tx, agreementId, month);
    const id = await insertDraft(tx, { agreement, draft, builtOn: base.text, outcome, askedBy, at });
    await writeLines(tx, agreement, { closed, draft, correctionOf: (of) => corrections.of(of) });
    const asker = { organizationId: agreement.labelId, name: askedBy };
    const approval = await this.approvals.requestFor(tx, asker, issueAction, id);
    const { sha256, total_minor, held_minor } = outcome.statement;
    const amounts = { payable: String(total_minor), held: String(held_minor) };
    const details = { agreement: agreementId, month, sha256, ...amounts, approval: approval.id };
    const by = { system: 'close-period', organizationId: agreement.labelId };
    await audit(tx, by, { action: 'statement.drafted', subjectId: id, details, at });
    await publish(tx, { to: [agreement.labelId], topic: 'statement.drafted', subjectId: id, payload: details, at });
    return id;
  }
}

interface Close {
  readonly operationId: string;
  readonly agreementId: string;
  readonly month: string;
  readonly askedBy: string;
  readonly estimate: boolean;
  readonly at: Date;
}

/** Whether the draft was worked out at rates that are others by now. Few agreements have any, and a draft may be long. */
async function lacksItsRates(
  tx: Tx,
  agreement: LivingAgreement,
  { id, month: first }: DraftHead,
  at: Date,
): Promise<boolean> {
  const month = first.slice(0, 7);
  if (!asksForRates(termsOfMonth(agreement.life, month))) return false;
  const { rates } = (await findDraft(tx, id))!.outcome.closed;
  return areRatesOutdated(tx, agreement, { month, rates, at });
}

/** What it was worked out from has changed: nobody can issue it any more, and another draft takes its place. */
async function supersede(tx: Tx, draft: DraftHead, at: Date): Promise<void> {
  const because = 'statement.superseded';
  await voidDraft(tx, draft, { because: 'superseded', by: 'system:close-period', at });
  await voidApproval(tx, { action: issueAction, subjectId: draft.id, because, at });
}

/** Refusals that a repetition would only repeat; anything else goes back to the queue. */
function finalRefusal(error: unknown): DomainError | undefined {
  if (error instanceof RatingRefused) return new DomainError('period-not-closable', undefined, error.faults);
  if (error instanceof DomainError && error.status < 500) return error;
  return undefined;
}
