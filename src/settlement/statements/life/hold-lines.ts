import type { LivingAgreement } from '../../../agreements';
import { periodOfMonth, type TaxFacts, termsOfMonth } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { creditInvoice } from '../../invoices/credit-invoice';
import type { Invoice } from '../../invoices/invoices.repository';
import { type AgreedVat, type MakeUp, taxOf } from '../../invoices/papers/make-up';
import { type Books, post } from '../../ledger/ledger';
import { disputeHeld } from '../../ledger/templates';
import { shareOut } from '../../payees/share-out';
import { bookExchange, type Exchanged } from '../../rates/exchange-due';
import { type RecordedUse, usedRate, usesOf } from '../../rates/rate-uses.repository';
import { recordTaxAmounts } from '../../rates/record-taxes';
import { lawOfVat } from '../../tax/tax-tables.repository';
import { type IssuedStatement, statementOfMonth } from '../statements.repository';
import { type PayablePart, partBetween, type StatedAt } from './open-part';
import { disputesOfStatement, type StatementDispute } from './statement-disputes.repository';

/** As a statement was taxed and exchanged, with the uses of the rates that it recorded. */
interface Stated extends StatedAt {
  readonly uses: readonly RecordedUse[];
  /** As its invoice names it. */
  readonly vat: AgreedVat | undefined;
}

/** The rates are those of the statement's own close, whatever anybody says by now. */
export async function statedAt(
  tx: Tx,
  { life }: Pick<LivingAgreement, 'life'>,
  { agreement_id, month: day, held_minor }: IssuedStatement,
): Promise<Stated> {
  const month = day.slice(0, 7);
  const uses = await usesOf(tx, agreement_id, { occasion: 'close', month });
  const factOf = (kind: keyof TaxFacts): TaxFacts => {
    const use = uses.find((one) => one.kind === kind);
    return use === undefined ? {} : { [kind]: { rate: use.rate, source: use.source } };
  };
  const taxes = { ...factOf('vat'), ...factOf('withholding') };
  const terms = termsOfMonth(life, month);
  const law = await lawOfVat(tx, uses.map(usedRate));
  const exchanged = uses.find(({ kind }) => kind === 'exchange');
  return {
    ...{ terms, period: periodOfMonth(life, month), uses, taxes },
    vat: taxes.vat && terms.taxes && { ...taxes.vat, treatment: terms.taxes.vat, law },
    exchanged: exchanged && { into: exchanged.currency_to, rate: usedRate(exchanged) },
    heldForUsage: held_minor,
  };
}

/** What of the payable is still on the statement's own invoice: whatever was held once has left it, for good. */
export const leftOf = ({ total_minor }: IssuedStatement, earlier: readonly StatementDispute[]): bigint =>
  earlier.reduce((left, { held_minor }) => left - held_minor, total_minor);

/** Of what a dispute holds, what is due and what is owed by nobody. Together they are what was held, in every figure. */
export async function partsOfHeld(
  tx: Tx,
  agreement: LivingAgreement,
  { dispute, due }: { readonly dispute: StatementDispute; readonly due: bigint },
): Promise<{ readonly stated: Stated; readonly due: PayablePart; readonly reduced: PayablePart }> {
  const statement = (await statementOfMonth(tx, agreement.id, dispute.month.slice(0, 7)))!;
  const stated = await statedAt(tx, agreement, statement);
  const disputes = await disputesOfStatement(tx, statement);
  const until = leftOf(
    statement,
    disputes.filter(({ number }) => number < dispute.number),
  );
  const from = until - dispute.held_minor;
  return {
    stated,
    due: partBetween(stated, { from, until: from + due }),
    reduced: partBetween(stated, { from: from + due, until }),
  };
}

interface Moved {
  readonly part: PayablePart;
  readonly month: string;
  /** As the use of the rate is recorded. */
  readonly occasion: string;
  readonly at: Date;
}

/**
 * What becomes due once more, in the currency of its invoice: exchanged at the statement's own rate where that was. Of a part below nothing: what is due no longer, taken back from there.
 * Where nothing was exchanged nothing is booked.
 */
export async function exchangePart<Of extends Books>(
  tx: Tx,
  agreement: Of,
  { uses, exchanged }: Stated,
  { part, ...moved }: Moved & { readonly source: string; readonly effectiveOn: string },
): Promise<Exchanged<Of>> {
  const { received, vat, paid, paidVat } = part;
  const use = uses.find(({ kind }) => kind === 'exchange');
  if (use === undefined || exchanged === undefined) return { agreement, minor: received + vat, vatMinor: vat };
  const amounts = { own: { from: received, to: paid }, vat: { from: vat, to: paidVat } };
  return bookExchange(tx, agreement, { ...moved, rate: usedRate(use), into: exchanged.into, ...amounts });
}

/** Of what an invoice of a part that is due is made, as of the statement's own. */
export const madeUpOf = ({ vat }: Stated, part: PayablePart): MakeUp => ({
  tax: taxOf(vat),
  baseMinor: part.paid + part.paidWithheld,
  heldMinor: 0n,
  withheldMinor: part.paidWithheld,
});

interface TakingOff {
  readonly agreement: LivingAgreement;
  /** The statement's own, which is not paid. */
  readonly invoice: Invoice;
  readonly stated: Stated;
}

/** Takes what is disputed off the statement's invoice and holds it in the books, `part` being below nothing; what was a payee's of it is nobody's meanwhile. */
export async function takeOff(
  tx: Tx,
  { agreement, invoice, stated }: TakingOff,
  {
    source,
    month,
    part,
    effectiveOn,
    at,
  }: Omit<Moved, 'occasion'> & { readonly source: string; readonly effectiveOn: string },
): Promise<void> {
  const event = { effectiveOn, at };
  const less = `${month} less ${source}`;
  const taken = { ...event, part, month, occasion: `${source} held`, source: less };
  const off = await exchangePart(tx, agreement, stated, taken);
  const legs = disputeHeld(-part.received - part.vat);
  await post(tx, { ...event, agreement, kind: 'dispute-held', source, legs });
  if (off.minor === 0n) return;
  const credit = { source, minor: -off.minor, vatMinor: -off.vatMinor, withheldMinor: -part.paidWithheld };
  await creditInvoice(tx, invoice, { ...credit, on: effectiveOn, at });
  const shared = { life: agreement.life, month, invoice: month, source: less, minor: off.minor - off.vatMinor };
  await shareOut(tx, off.agreement, { ...shared, ...event });
}

/** What is not owed after all takes its taxes with it. */
export const recordReduced = (tx: Tx, agreement: Books, { uses }: Stated, { part, ...moved }: Moved): Promise<void> => {
  const { supplied, vat, declared, gross, withheld } = part;
  return recordTaxAmounts(tx, agreement, {
    ...{ ...moved, rates: uses.map(usedRate) },
    vat: supplied === 0n ? undefined : { from: -supplied, to: -vat - declared },
    withholding: gross === 0n ? undefined : { from: -gross, to: -withheld },
  });
};
