import { Injectable } from '@nestjs/common';
import type { LivingAgreement } from '../../agreements';
import { canonicalText, periodOfMonth, sha256Hex } from '../../kernel';
import type { ApprovalAction } from '../../platform/approvals/approvals';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { publish } from '../../platform/outbox/outbox';
import { askToWatch, sameReports } from '../../usage';
import { askToWatchDeadlines } from '../timetable/watch-deadlines';
import { holdPool } from '../pools/pool-of';
import { bookClose } from './book-close';
import { areRatesOutdated } from './close-at-rates';
import { refuseUnlessClosable } from './closable';
import { builtOn } from './drafts/built-on';
import { type Draft, findDraft, findDraftHead, voidDraft } from './drafts/drafts.repository';
import { releaseCorrected } from './life/release-dispute';
import { basisOf, currentBookings, insertBooking, insertStatement } from './statements.repository';

export const issueAction = 'statement.issue';

/**
 * What happens when a second person decides about a draft: it is issued and booked in the same moment, or it is void. The lines are there already and
 * nothing is rated, so it is quick however long the statement is.
 */
@Injectable()
export class IssueStatement implements ApprovalAction<LivingAgreement | undefined> {
  readonly roles = ['finance'] as const;

  constructor(private readonly clock: Clock) {}

  /** A close holds the agreement and then takes the place of its draft's approval: so does a decision. Who holds it may go by what it read: its life is only added to by holders. */
  async lock(tx: Tx, id: string): Promise<LivingAgreement | undefined> {
    const draft = await findDraftHead(tx, id);
    return draft && holdPool(tx, draft.agreement_id);
  }

  /** A draft never changes; one that is void or issued has been decided. */
  async subjectHash(tx: Tx, id: string): Promise<string> {
    const draft = await findDraftHead(tx, id);
    if (draft === undefined) throw new DomainError('approval-decided');
    const { sha256, total_minor, held_minor } = draft;
    return sha256Hex(canonicalText({ id, sha256, payable: String(total_minor), held: String(held_minor) }));
  }

  /** Refuses with statement-outdated once anything has changed that the draft was worked out from, and with period-not-closable. */
  async decided(
    tx: Tx,
    actor: Actor,
    id: string,
    decision: 'approved' | 'rejected',
    agreement: LivingAgreement | undefined,
  ): Promise<void> {
    const draft = await findDraft(tx, id);
    if (draft === undefined || agreement === undefined) throw new Error(`draft ${id} does not wait`);
    const at = this.clock.now();
    if (decision === 'approved') await tx.asSystem(() => issue(tx, actor, { draft, agreement, at }));
    else await reject(tx, actor, draft, at);
  }
}

async function reject(tx: Tx, actor: Actor, draft: Draft, at: Date): Promise<void> {
  await tx.asSystem(() => voidDraft(tx, draft, { because: 'rejected', by: actorName(actor), at }));
  const entry = { subjectId: draft.id, at };
  const details = { agreement: draft.agreement_id, month: draft.month.slice(0, 7) };
  await audit(tx, actor, { action: 'statement.rejected', details, ...entry });
  await publish(tx, { to: [draft.owner_id], topic: 'statement.rejected', payload: details, ...entry });
}

interface Issue {
  readonly draft: Draft;
  readonly agreement: LivingAgreement;
  readonly at: Date;
}

async function issue(tx: Tx, actor: Actor, { draft, agreement, at }: Issue): Promise<void> {
  const { outcome, id } = draft;
  const { statement, closed, holds } = outcome;
  const { month } = closed;
  const estimate = statement.estimated_from !== null;
  await refuseUnlessClosable(tx, { agreement, month, now: at, estimate });
  const bookings = await currentBookings(tx, agreement.id);
  const now = await builtOn(tx, agreement, { month, bookings, estimate });
  const { rates } = closed;
  if (now.text !== draft.built_on || (await areRatesOutdated(tx, agreement, { month, rates, at }))) {
    throw new DomainError('statement-outdated');
  }

  await insertStatement(tx, { ...statement, id, draft: draft.draft, agreement, month, at });
  for (const booking of outcome.bookings) await insertBooking(tx, agreement, booking);
  await bookClose(tx, { agreement, closed, carried: statement.carried_in, holds, at });
  const replaced = outcome.bookings.filter((booking) => {
    const before = bookings.find(({ period }) => period === booking.period);
    return before !== undefined && !sameReports(basisOf(before), basisOf(booking));
  });
  const months = replaced.map(({ period }) => period);
  await releaseCorrected(tx, { agreement, months, draftedAt: draft.drafted_at, at });
  await askToWatchDeadlines(tx, agreement.id);
  // What this period recouped is known from here on: the next one may have earned the rest of the advance already.
  await askToWatch(tx, agreement.id, periodOfMonth(agreement.life, month).until.slice(0, 7));
  const { sha256, total_minor, held_minor } = statement;
  const amounts = { payable: String(total_minor), held: String(held_minor) };
  const details = { agreement: agreement.id, month, sha256, ...amounts };
  await audit(tx, actor, { action: 'statement.issued', subjectId: id, details, at });
  const to = [agreement.labelId, agreement.platformId];
  await publish(tx, { to, topic: 'statement.issued', subjectId: id, payload: details, at });
}
