import { type InvoiceDocument, invoicedText, invoiceNotes, type InvoiceTax, invoiceWords } from '../../../documents';
import { moneyText } from '../../../kernel';
import { branch, leaf } from '../../../platform/xml';
import { electronic, type ElectronicInvoice } from './ubl-missing';

const oasis = 'urn:oasis:names:specification:ubl:schema:xsd';
const words = invoiceWords.en;

/** Who takes part: the seller's side may be told by a number that is no VAT identifier. */
type Side = 'seller' | 'buyer';

interface Line {
  readonly name: string;
  /** Of one: what is taken off is minus one of it. */
  readonly quantity: '1' | '-1';
  /** Without sign. */
  readonly amount: string;
  readonly tax: InvoiceTax;
}

/**
 * An invoice (380) or credit note (381) as UBL 2.1 that follows EN 16931; texts are English. The same document gives the same bytes. Refuses with invoice-details-missing.
 */
export function ublOf(document: InvoiceDocument): string {
  const invoice = electronic(document);
  const isInvoice = invoice.kind === 'invoice';
  const root = isInvoice ? 'Invoice' : 'CreditNote';
  const lines = linesOf(invoice);
  const content = [
    ...headOf(invoice, root),
    partyOf(invoice, 'seller'),
    partyOf(invoice, 'buyer'),
    ...(isInvoice ? [paymentMeans(invoice)] : [paymentTerms(invoice)]),
    taxTotal(invoice, lines),
    totals(invoice),
    ...lines.map((line, place) => lineOf(invoice, line, place + 1)),
  ];
  const names = {
    xmlns: `${oasis}:${root}-2`,
    'xmlns:cac': `${oasis}:CommonAggregateComponents-2`,
    'xmlns:cbc': `${oasis}:CommonBasicComponents-2`,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${branch(root, content, names)}\n`;
}

/** The element where there is a text for it. */
const present = (element: string, text: string | null): string[] => (text === null ? [] : [leaf(element, text)]);

/** Everything before the parties, in the order of the schema. */
function headOf(invoice: ElectronicInvoice, root: 'Invoice' | 'CreditNote'): string[] {
  const { number, issuedOn, dueOn, currency, period, corrects, agreementId } = invoice;
  return [
    leaf('cbc:CustomizationID', 'urn:cen.eu:en16931:2017'),
    leaf('cbc:ID', number),
    leaf('cbc:IssueDate', issuedOn),
    ...present('cbc:DueDate', dueOn),
    leaf(`cbc:${root}TypeCode`, root === 'Invoice' ? '380' : '381'),
    ...invoiceNotes(invoice, words).map((note) => leaf('cbc:Note', note)),
    leaf('cbc:DocumentCurrencyCode', currency),
    ...(period === null
      ? []
      : [branch('cac:InvoicePeriod', [leaf('cbc:StartDate', period.from), leaf('cbc:EndDate', period.to)])]),
    ...(corrects === null
      ? []
      : [
          branch('cac:BillingReference', [
            branch('cac:InvoiceDocumentReference', [
              leaf('cbc:ID', corrects.number),
              leaf('cbc:IssueDate', corrects.issuedOn),
            ]),
          ]),
        ]),
    branch('cac:ContractDocumentReference', [leaf('cbc:ID', agreementId)]),
  ];
}

function partyOf({ seller, buyer, tax }: ElectronicInvoice, side: Side): string {
  const { name, details } = side === 'seller' ? seller : buyer;
  const { street, city, postalCode, region, country, vatId, taxNumber, legalName, registrationNumber, email } = details;
  const scheme = (id: string, kind: string): string =>
    branch('cac:PartyTaxScheme', [leaf('cbc:CompanyID', id), branch('cac:TaxScheme', [leaf('cbc:ID', kind)])]);
  // What is not subject to VAT names nobody by a VAT identifier (BR-O-02); a buyer has no other number in this place.
  const party = [
    ...(name === legalName ? [] : [branch('cac:PartyName', [leaf('cbc:Name', name)])]),
    branch('cac:PostalAddress', [
      leaf('cbc:StreetName', street),
      leaf('cbc:CityName', city),
      ...present('cbc:PostalZone', postalCode),
      ...present('cbc:CountrySubentity', region),
      branch('cac:Country', [leaf('cbc:IdentificationCode', country)]),
    ]),
    ...(vatId === null || tax.category === 'O' ? [] : [scheme(vatId, 'VAT')]),
    ...(taxNumber === null || side === 'buyer' ? [] : [scheme(taxNumber, 'TAX')]),
    branch('cac:PartyLegalEntity', [
      leaf('cbc:RegistrationName', legalName),
      ...present('cbc:CompanyID', registrationNumber),
    ]),
    ...(email === null ? [] : [branch('cac:Contact', [leaf('cbc:ElectronicMail', email)])]),
  ];
  const role = side === 'seller' ? 'cac:AccountingSupplierParty' : 'cac:AccountingCustomerParty';
  return branch(role, [branch('cac:Party', party)]);
}

/** 68: a payment service on the net. No account of the seller's is named: money is collected for it. */
const paymentMeans = ({ number }: ElectronicInvoice): string =>
  branch('cac:PaymentMeans', [leaf('cbc:PaymentMeansCode', '68'), leaf('cbc:PaymentID', number)]);

const paymentTerms = ({ corrects }: ElectronicInvoice): string =>
  branch('cac:PaymentTerms', [leaf('cbc:Note', `It is taken off invoice ${corrects!.number}.`)]);

/** What is invoiced, and what of it waits for a dispute: its VAT is charged here, so that where there is one the part is exempt. */
function linesOf(invoice: ElectronicInvoice): Line[] {
  const { base, held, tax } = invoice;
  const heldTax: InvoiceTax = tax.category === 'S' ? { category: 'E', percent: '0', reason: words.heldReason } : tax;
  return [
    { name: invoicedText(invoice, words), quantity: '1', amount: base, tax },
    ...(held === null ? [] : [{ name: words.held, quantity: '-1' as const, amount: held, tax: heldTax }]),
  ];
}

const signed = ({ quantity, amount }: Line): string => (quantity === '1' ? amount : `-${amount}`);

function taxCategory(element: string, { category, percent, reason }: InvoiceTax, withReason: boolean): string {
  return branch(element, [
    leaf('cbc:ID', category),
    ...present('cbc:Percent', percent),
    ...present('cbc:TaxExemptionReason', withReason ? reason : null),
    branch('cac:TaxScheme', [leaf('cbc:ID', 'VAT')]),
  ]);
}

function taxTotal({ vat, net, currency }: ElectronicInvoice, lines: readonly Line[]): string {
  const currencyID = currency;
  const subtotal = (taxable: string, tax: InvoiceTax): string =>
    branch('cac:TaxSubtotal', [
      leaf('cbc:TaxableAmount', taxable, { currencyID }),
      leaf('cbc:TaxAmount', tax.category === 'S' ? vat : moneyText({ minor: 0n, currency }), { currencyID }),
      taxCategory('cac:TaxCategory', tax, true),
    ]);
  const [first, ...others] = lines;
  const isOne = others.every(({ tax }) => tax.category === first!.tax.category);
  const subtotals = isOne ? [subtotal(net, first!.tax)] : lines.map((line) => subtotal(signed(line), line.tax));
  return branch('cac:TaxTotal', [leaf('cbc:TaxAmount', vat, { currencyID }), ...subtotals]);
}

function totals({ net, gross, withheld, payable, currency }: ElectronicInvoice): string {
  const amount = (element: string, text: string): string => leaf(element, text, { currencyID: currency });
  return branch('cac:LegalMonetaryTotal', [
    amount('cbc:LineExtensionAmount', net),
    amount('cbc:TaxExclusiveAmount', net),
    amount('cbc:TaxInclusiveAmount', gross),
    ...(withheld === null ? [] : [amount('cbc:PrepaidAmount', withheld)]),
    amount('cbc:PayableAmount', payable),
  ]);
}

function lineOf({ kind, currency }: ElectronicInvoice, line: Line, place: number): string {
  const [element, quantity] =
    kind === 'invoice' ? ['cac:InvoiceLine', 'cbc:InvoicedQuantity'] : ['cac:CreditNoteLine', 'cbc:CreditedQuantity'];
  return branch(element, [
    leaf('cbc:ID', String(place)),
    leaf(quantity, line.quantity, { unitCode: 'C62' }),
    leaf('cbc:LineExtensionAmount', signed(line), { currencyID: currency }),
    branch('cac:Item', [leaf('cbc:Name', line.name), taxCategory('cac:ClassifiedTaxCategory', line.tax, false)]),
    branch('cac:Price', [leaf('cbc:PriceAmount', line.amount, { currencyID: currency })]),
  ]);
}
