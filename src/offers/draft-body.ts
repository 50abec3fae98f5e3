import { type Fault, readTerms, type Remark, remarksOf } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IdField, IntegerField, JsonField, TextField } from '../platform/http/fields';
import type { Draft, DraftContent } from './drafts.repository';
import { refuseUnlessOpen } from './negotiation-moves';
import { getNegotiation } from './negotiations.repository';
import { inBody, partiesOf } from '../agreements';
import { revisionsMax } from './revise-offer';
import { getRevisionHead, standingOf } from './revisions.repository';

const termsCharactersMax = 1_000_000;

/** The whole of a draft: every field may be missing until it is sent, the terms may be anything. */
export class DraftBody {
  @IdField({ optional: true, description: 'the negotiation that the draft would revise' })
  readonly negotiationId?: string;

  @IdField({ optional: true, description: 'whom the draft would open a negotiation with' })
  readonly counterpartyId?: string;

  @IntegerField({
    min: 1,
    max: revisionsMax,
    optional: true,
    description: 'the latest revision the author has seen; needed to revise',
  })
  readonly basedOn?: number;

  @JsonField({ description: 'terms, schema accordo-terms/1, as far as they are written' })
  readonly terms!: object;

  @TextField({ max: 2000, optional: true, description: 'goes with the revision when the draft is sent' })
  readonly message?: string;
}

/**
 * Reads what a draft says, and looks whether it could be sent where it says. Refuses with request-invalid (two aims), body-too-large,
 * not-found, negotiation-closed and negotiation-expired.
 */
export async function readDraft(tx: Tx, actor: Actor, body: DraftBody, at: Date): Promise<DraftContent> {
  const { negotiationId = null, counterpartyId = null, basedOn = null, terms, message = null } = body;
  if (negotiationId !== null && counterpartyId !== null) {
    const message = 'a draft revises a negotiation or opens one with a counterparty, not both';
    throw new DomainError('request-invalid', undefined, [
      { pointer: '/counterpartyId', code: 'field-unused', message },
    ]);
  }
  if (negotiationId !== null) await refuseUnlessMovable(tx, negotiationId, at);
  if (counterpartyId !== null) await partiesOf(tx, actor, counterpartyId);
  const termsText = JSON.stringify(terms);
  if (termsText.length > termsCharactersMax) {
    throw new DomainError('body-too-large', `the terms of a draft take at most ${termsCharactersMax} characters`);
  }
  return { negotiationId, counterpartyId, basedOn, termsText, message };
}

async function refuseUnlessMovable(tx: Tx, negotiationId: string, at: Date): Promise<void> {
  const negotiation = await getNegotiation(tx, negotiationId);
  const latest = await getRevisionHead(tx, negotiationId, negotiation.latestRevision);
  refuseUnlessOpen({ ...standingOf(negotiation, latest), at });
}

/** What of a draft besides its terms is still needed to send it. */
export function lackingIn({ negotiationId, counterpartyId, basedOn }: Draft): Fault[] {
  if (negotiationId === null && counterpartyId === null) {
    const message = 'name the negotiation to revise, or the counterparty to open one with';
    return [{ pointer: '/negotiationId', code: 'field-missing', message }];
  }
  if (negotiationId !== null && basedOn === null) {
    return [{ pointer: '/basedOn', code: 'field-missing', message: 'name the latest revision that you have seen' }];
  }
  return [];
}

export interface DraftReading {
  readonly faults: readonly Fault[];
  readonly remarks: readonly Remark[];
}

/** What is wrong or unusual with a draft by itself. What depends on the world is told when it is sent. Pointers are into the draft. */
export function readingOf(draft: Draft): DraftReading {
  const lacking = lackingIn(draft);
  const reading = readTerms(draft.terms);
  if ('faults' in reading) return { faults: [...lacking, ...reading.faults.map(inBody)], remarks: [] };
  return { faults: lacking, remarks: remarksOf(reading.terms).map(inBody) };
}
