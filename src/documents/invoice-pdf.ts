import type { InvoiceDocument, InvoiceParty } from './invoice-document';
import { invoicedText, invoiceWords, type InvoiceWords } from './invoice-words';
import { amountBox, collected, footEveryPage, margin, newSheets, type Pdf, width } from './sheet';
import { amountText, figureText } from './statement-figures';
import { heading, table, type TableRow } from './statement-table';

/** An invoice or a credit note as a PDF (A4), its fonts in it. The same document gives the same bytes. */
export async function invoicePdf(document: InvoiceDocument): Promise<Buffer> {
  const { language, kind, number, id, issuedAt } = document;
  const words = invoiceWords[language];
  const title = `${words.title[kind]} ${number}`;
  const pdf = newSheets({ title, madeAt: issuedAt, language });
  const finished = collected(pdf);
  opening(pdf, document, title, words);
  parties(pdf, document, words);
  lines(pdf, document, words);
  tax(pdf, document, words);
  notes(pdf, document, words);
  await footEveryPage(pdf, {
    lines: [title, id],
    place: (page, of) => words.page(page, of),
  });
  pdf.end();
  return finished;
}

function opening(pdf: Pdf, document: InvoiceDocument, title: string, words: InvoiceWords): void {
  const { issuedOn, dueOn, agreementId, period, corrects, payable, currency } = document;
  pdf.font('bold').fontSize(17).fillColor('#000').text(title);
  pdf.moveDown(0.4).font('text').fontSize(8.5).fillColor('#555');
  const days = [
    `${words.issued} ${issuedOn}`,
    ...(dueOn === null ? [] : [`${words.due} ${dueOn}`]),
    ...(corrects === null ? [] : [`${words.takenOff} ${corrects.number}`]),
    ...(period === null ? [] : [`${words.period} ${period.from} – ${period.to}`]),
  ];
  pdf.text(days.join('   ·   '), { width: width(pdf) });
  pdf.text(`${words.agreement} ${agreementId}`, { width: width(pdf) });
  pdf.moveDown(0.9);
  amountBox(pdf, payableName(document, words), amountText(payable, currency, words));
  pdf.y += 12;
}

const payableName = ({ kind }: InvoiceDocument, words: InvoiceWords): string =>
  kind === 'invoice' ? words.payable : words.credited;

/** Side by side: who invoices, and who is invoiced. */
function parties(pdf: Pdf, { seller, buyer }: InvoiceDocument, words: InvoiceWords): void {
  const [top, half] = [pdf.y, width(pdf) / 2 - 10];
  const block = (title: string, party: InvoiceParty, left: number): number => {
    const at = { width: half };
    pdf.font('text').fontSize(8).fillColor('#666').text(title, left, top, at);
    pdf.font('bold').fontSize(10).fillColor('#000');
    pdf.text(party.details?.legalName ?? party.name, left, pdf.y + 2, at);
    pdf.font('text').fontSize(8.5);
    for (const line of partyLines(party, words)) pdf.text(line, left, pdf.y, at);
    return pdf.y;
  };
  const ends = [block(words.seller, seller, margin.left), block(words.buyer, buyer, margin.left + half + 20)];
  pdf.x = margin.left;
  pdf.y = Math.max(...ends) + 8;
}

function partyLines({ details }: InvoiceParty, words: InvoiceWords): string[] {
  if (details === null) return [words.notStated];
  const { street, postalCode, city, region, country, vatId, taxNumber, registrationNumber, email } = details;
  const present = (parts: readonly (string | null)[], between: string): string =>
    parts.filter((part) => part !== null).join(between);
  const named = (name: string, text: string | null): string[] => (text === null ? [] : [`${name} ${text}`]);
  return [
    street,
    present([present([postalCode, city], ' '), region, country], ', '),
    ...named(words.vatId, vatId),
    ...named(words.taxNumber, taxNumber),
    ...named(words.registrationNumber, registrationNumber),
    ...(email === null ? [] : [email]),
  ];
}

function lines(pdf: Pdf, document: InvoiceDocument, words: InvoiceWords): void {
  const { tax: charged, base, held, withheld, net, vat, gross, payable, currency } = document;
  const rate = charged === null || charged.percent === null ? '' : `${figureText(charged.percent, words)} %`;
  const total = (name: string, amount: string, bold = false): TableRow => ({
    cells: [name, '', amountText(amount, currency, words)],
    bold,
  });
  const less = (name: string, amount: string | null): TableRow[] =>
    amount === null ? [] : [{ cells: [name, '', amountText(`-${amount}`, currency, words)] }];
  table(
    pdf,
    [
      { title: words.description, share: 62 },
      { title: words.vatRate, share: 12, align: 'right' },
      { title: words.amount, share: 26, align: 'right' },
    ],
    [
      { cells: [invoicedText(document, words), rate, amountText(base, currency, words)] },
      ...less(words.held, held),
      total(words.net, net, true),
      total(words.vat, vat),
      total(words.gross, gross, true),
      ...less(words.withheld, withheld),
      total(payableName(document, words), payable, true),
    ],
    9,
  );
}

function tax(pdf: Pdf, { tax: charged, base, net, vat, currency, held }: InvoiceDocument, words: InvoiceWords): void {
  if (charged === null) return;
  heading(pdf, words.taxTitle);
  const { category, percent, reason } = charged;
  table(
    pdf,
    [
      { title: words.category, share: 40 },
      { title: '%', share: 10, align: 'right' },
      { title: words.taxable, share: 25, align: 'right' },
      { title: words.vat, share: 25, align: 'right' },
    ],
    [
      {
        cells: [
          words.categories[category],
          percent === null ? '' : figureText(percent, words),
          // The VAT on what is held is charged at once; where there is none, what is held is taxed when it is invoiced.
          amountText(category === 'S' ? base : net, currency, words),
          amountText(vat, currency, words),
        ],
      },
    ],
    8.5,
  );
  pdf.moveDown(0.3).font('text').fontSize(8).fillColor('#555');
  if (reason !== null) pdf.text(reason, margin.left, pdf.y, { width: width(pdf) });
  if (held !== null && category === 'S') pdf.text(words.heldReason, margin.left, pdf.y, { width: width(pdf) });
}

/** What is said in words, the same in every format. */
export function invoiceNotes(document: InvoiceDocument, words: InvoiceWords): string[] {
  const { withheld, payIn, corrects, kind, number } = document;
  return [
    ...(withheld === null ? [] : [words.withheldNote[kind]]),
    ...(payIn === null ? [] : [words.payInNote(payIn)]),
    ...(corrects === null ? [] : [words.creditNote(corrects.number, corrects.issuedOn)]),
    ...(kind === 'invoice' ? [words.paymentNote(number)] : []),
    words.agentNote,
  ];
}

function notes(pdf: Pdf, document: InvoiceDocument, words: InvoiceWords): void {
  pdf.moveDown(1.2).font('text').fontSize(8.5).fillColor('#000');
  for (const note of invoiceNotes(document, words)) {
    pdf.text(note, margin.left, pdf.y, { width: width(pdf) }).moveDown(0.3);
  }
}
