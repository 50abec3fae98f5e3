import { getLivingAsOf, type LivingAgreement } from '../../../agreements';
import type { InvoiceDocument, InvoiceParty } from '../../../documents';
import { currentTerms, dayAfter, dayInZone, type LanguageCode, moneyText, periodOfMonth } from '../../../kernel';
import { detailsOfVersion } from '../../../parties';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { latePaymentOf } from '../charge-late-interest';
import { creditsOf, type InvoiceCredit } from '../credit-invoice';
import { findInvoice, type Invoice } from '../invoices.repository';
import { findPaper, type InvoicePaper } from './papers.repository';

interface Issued {
  readonly invoice: Invoice;
  readonly paper: InvoicePaper | undefined;
  readonly agreement: LivingAgreement;
}

/** An invoice that the transaction's organization writes or pays, with all that its formats say. Refuses with not-found. */
export async function invoiceFacts(tx: Tx, id: string, language: LanguageCode): Promise<InvoiceDocument> {
  const { invoice, paper, agreement } = await issuedInvoice(tx, id);
  const { currency, vat_minor: vat, amount_minor: amount } = invoice;
  const text = (minor: bigint): string => moneyText({ minor, currency });
  const { base_minor: base, held_minor: held, withheld_minor: withheld } = paper ?? withoutPaper(invoice);
  return {
    ...(await common(tx, { invoice, paper, agreement }, language)),
    kind: 'invoice',
    number: invoice.number,
    issuedOn: issuedOn({ invoice, paper, agreement }),
    issuedAt: invoice.issued_at,
    base: text(base),
    held: held === 0n ? null : text(held),
    withheld: withheld === 0n ? null : text(withheld),
    net: text(base - held),
    vat: text(vat),
    gross: text(base - held + vat),
    payable: text(amount),
    dueOn: invoice.due_on,
    payIn: invoice.pay_in,
    corrects: null,
  };
}

/** As invoiceFacts, of what was taken off it, counted from 1 in the order of the numbers. */
export async function creditNoteFacts(
  tx: Tx,
  { id, place }: { readonly id: string; readonly place: number },
  language: LanguageCode,
): Promise<InvoiceDocument> {
  const issued = await issuedInvoice(tx, id);
  const credit = (await creditsOf(tx, id))[place - 1];
  if (credit === undefined) throw new DomainError('not-found');
  const { invoice } = issued;
  const text = (minor: bigint): string => moneyText({ minor, currency: invoice.currency });
  const { amount_minor: amount, vat_minor: vat, withheld_minor: withheld } = credit;
  const base = credit.base_minor ?? amount - vat;
  const said = await common(tx, issued, language);
  return {
    ...said,
    ...creditOnly(credit),
    kind: 'credit-note',
    // Of an older one it is not known what of it is tax.
    tax: credit.base_minor === null ? null : said.tax,
    withheld: withheld === null || withheld === 0n ? null : text(withheld),
    ...{ base: text(base), net: text(base), vat: text(vat), gross: text(base + vat), payable: text(amount) },
    corrects: { number: invoice.number, issuedOn: issuedOn(issued) },
  };
}

const creditOnly = ({ number, credited_on, credited_at }: InvoiceCredit) => ({
  ...{ number, issuedOn: credited_on, issuedAt: credited_at },
  ...{ held: null, dueOn: null, payIn: null },
});

async function issuedInvoice(tx: Tx, id: string): Promise<Issued> {
  const invoice = await findInvoice(tx, id);
  if (invoice === undefined) throw new DomainError('not-found');
  const agreement = await getLivingAsOf(tx, invoice.agreement_id, invoice.issued_at);
  return { invoice, paper: await findPaper(tx, id), agreement };
}

/** The amount is all that is known of an older invoice. */
const withoutPaper = ({ amount_minor, vat_minor }: Invoice) => ({
  ...{ base_minor: amount_minor - vat_minor, held_minor: 0n, withheld_minor: 0n },
});

const issuedOn = ({ invoice, paper, agreement }: Issued): string =>
  paper?.issued_on ?? dayInZone(invoice.issued_at, agreement.timeZone);

/** What a credit note says as its invoice does. */
async function common(tx: Tx, { invoice, paper, agreement }: Issued, language: LanguageCode) {
  const { label, platform } = currentTerms(agreement.life).parties;
  const { purpose, source } = invoice;
  const isMonth = purpose === 'royalties' && /^\d{4}-\d\d$/.test(source);
  const period = isMonth ? periodOfMonth(agreement.life, source) : undefined;
  return {
    language,
    id: invoice.id,
    agreementId: agreement.id,
    currency: invoice.currency,
    seller: await party(tx, label, paper?.seller_details),
    buyer: await party(tx, platform, paper?.buyer_details),
    purpose,
    subject: await subjectOf(tx, invoice),
    period: period === undefined ? null : { from: period.from, to: dayAfter(period.until, -1) },
    tax: paper ? { category: paper.vat_category, percent: paper.vat_percent, reason: paper.vat_reason } : null,
  };
}

async function subjectOf(tx: Tx, { purpose, source }: Invoice): Promise<string | null> {
  if (purpose === source) return null;
  if (purpose !== 'late-interest') return source;
  return (await findInvoice(tx, latePaymentOf(source).invoiceId))?.number ?? source;
}

/** Of details, the version that held on the day of issue or, where nothing was stated by then, the first one. */
async function party(
  tx: Tx,
  { id, name }: { readonly id: string; readonly name: string },
  version: number | null | undefined,
): Promise<InvoiceParty> {
  // The other party's are read by the system alone: who may see the invoice may see what it says.
  const details = await tx.asSystem(() => detailsOfVersion(tx, id, version ?? 1));
  return { name, details: details ?? null };
}
