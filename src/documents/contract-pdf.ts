import { setImmediate as breath } from 'node:timers/promises';
import { type CalendarDate, type ClauseText, type LanguageCode } from '../kernel';
import { contractWords, type ContractWords } from './contract-words';
import { collected, footEveryPage, margin, newSheets, type Pdf, width } from './sheet';

export interface ContractParty {
  readonly id: string;
  readonly name: string;
}

export interface ContractSignature {
  readonly party: 'label' | 'platform';
  readonly signer: string;
  readonly intent: string;
  readonly signedAt: string;
}

/** Of a contract that was signed elsewhere: when, the SHA-256 of that file, and what had been paid. Amounts with their currency. */
export interface ContractElsewhere {
  readonly concludedOn: CalendarDate;
  readonly document: string;
  readonly advancesPaid: readonly { readonly id: string; readonly amount: string }[];
  readonly backFeePaid?: string;
}

/** A version of an agreement, ready to be set: without signatures it is a draft and says so on every page. */
export interface ContractDocument {
  readonly language: LanguageCode;
  readonly agreementId: string;
  readonly version: number;
  readonly effectiveFrom: CalendarDate;
  readonly termsHash: string;
  readonly manifestHash: string;
  readonly parties: { readonly label: ContractParty; readonly platform: ContractParty };
  readonly clauses: readonly ClauseText[];
  readonly isrcs: readonly string[];
  readonly signatures: readonly ContractSignature[];
  readonly elsewhere?: ContractElsewhere | undefined;
  readonly madeAt: Date;
}

const numberWidth = 34;

/**
 * The contract as a PDF (A4), its fonts in it. The same document gives the same bytes. A Schedule A of 50,000 recordings takes seconds:
 * other work of the process goes on between its pages.
 */
export async function contractPdf(document: ContractDocument): Promise<Buffer> {
  const words = contractWords[document.language];
  const { language, agreementId, madeAt } = document;
  const pdf = newSheets({ title: `${words.title} ${agreementId}`, madeAt, language });
  const finished = collected(pdf);
  opening(pdf, document, words);
  for (const clause of document.clauses) clauseText(pdf, clause);
  await scheduleA(pdf, document, words);
  evidence(pdf, document, words);
  await everyPage(pdf, document, words);
  pdf.end();
  return finished;
}

function opening(
  pdf: Pdf,
  { parties, agreementId, version, effectiveFrom }: ContractDocument,
  words: ContractWords,
): void {
  pdf.font('bold').fontSize(17).text(words.title, { align: 'left' });
  pdf.moveDown(0.3).font('text').fontSize(9.5).fillColor('#555');
  pdf.text(`${words.agreement} ${agreementId}, ${words.version} ${version}, ${words.effectiveFrom} ${effectiveFrom}`);
  pdf.moveDown(1).fillColor('#000').fontSize(10);
  for (const party of ['label', 'platform'] as const) {
    pdf.font('bold').text(parties[party].name, { continued: true });
    pdf.font('text').text(` — ${words[party]}`);
    pdf.font('mono').fontSize(7.5).fillColor('#555').text(parties[party].id).fillColor('#000').fontSize(10);
    pdf.moveDown(0.4);
  }
  pdf.moveDown(0.8);
}

/** The number hangs in the margin of its text. A clause that does not fit begins on the next page rather than leave a line or two alone on either. */
function clauseText(pdf: Pdf, { clause, text }: ClauseText): void {
  pdf.font('text').fontSize(10);
  const options = { width: width(pdf) - numberWidth, align: 'left' as const, lineGap: 1.5 };
  const height = pdf.heightOfString(text, options);
  const left = pdf.page.height - margin.bottom - pdf.y;
  if (height > left && (height < 200 || left < 60 || height - left < 30)) pdf.addPage();
  const { y } = pdf;
  pdf.font('bold').text(clause, margin.left, y, { width: numberWidth, lineBreak: false });
  pdf.font('text').text(text, margin.left + numberWidth, y, options);
  pdf.x = margin.left;
  pdf.moveDown(0.55);
}

const columns = 4;
const rowHeight = 13.5;

async function scheduleA(pdf: Pdf, { isrcs }: ContractDocument, words: ContractWords): Promise<void> {
  pdf.addPage().font('bold').fontSize(13).text(words.scheduleA, margin.left);
  pdf.moveDown(0.2).font('text').fontSize(9.5).text(words.recordings(isrcs.length)).moveDown(0.6);
  const columnWidth = width(pdf) / columns;
  let top = pdf.y;
  let rows = rowsBelow(pdf, top);
  for (let start = 0; start < isrcs.length; start += rows * columns) {
    if (start > 0) {
      await breath();
      pdf.addPage();
      top = margin.top;
      rows = rowsBelow(pdf, top);
    }
    const onPage = isrcs.slice(start, start + rows * columns);
    // Filled column by column, and evenly where the last page is not full.
    const perColumn = Math.min(rows, Math.ceil(onPage.length / columns));
    pdf.font('mono').fontSize(8.5);
    onPage.forEach((isrc, place) => {
      const x = margin.left + Math.floor(place / perColumn) * columnWidth;
      const y = top + (place % perColumn) * rowHeight;
      pdf.fillColor('#888').text(String(start + place + 1).padStart(5), x, y, { lineBreak: false });
      pdf.fillColor('#000').text(isrc, x + 36, y, { lineBreak: false });
    });
    if (onPage.length < rows * columns) break;
  }
}

const rowsBelow = (pdf: Pdf, top: number): number => Math.floor((pdf.page.height - margin.bottom - top) / rowHeight);

function evidence(pdf: Pdf, document: ContractDocument, words: ContractWords): void {
  const { signatures, parties, termsHash, manifestHash, elsewhere } = document;
  pdf.addPage().fillColor('#000').font('bold').fontSize(13).text(words.evidence, margin.left, margin.top);
  pdf.moveDown(0.5).font('text').fontSize(9.5).text(words.whatIsSigned).moveDown(0.8);
  const line = (name: string, value: string, mono = false): void => {
    pdf.font('text').fontSize(8.5).fillColor('#555').text(name, margin.left);
    pdf
      .font(mono ? 'mono' : 'text')
      .fontSize(mono ? 8 : 10)
      .fillColor('#000')
      .text(value)
      .moveDown(0.35);
  };
  line(words.termsHash, termsHash, true);
  line(words.manifestHash, manifestHash, true);
  if (elsewhere !== undefined) {
    pdf.moveDown(0.4).font('text').fontSize(9.5).text(words.elsewhere(elsewhere.concludedOn)).moveDown(0.4);
    line(words.originalHash, elsewhere.document, true);
    for (const { id, amount } of elsewhere.advancesPaid)
      pdf.font('text').fontSize(9.5).text(words.advancePaid(id, amount));
    const { backFeePaid } = elsewhere;
    if (backFeePaid !== undefined) pdf.font('text').fontSize(9.5).text(words.backFeePaid(backFeePaid));
  }
  pdf.moveDown(0.6);
  for (const { party, signer, intent, signedAt } of signatures) {
    pdf.font('bold').fontSize(10.5).text(`${parties[party].name} — ${words[party]}`).moveDown(0.3);
    line(words.signer, signer, true);
    line(words.signedAt, signedAt);
    line(words.intent, `«${intent}»`);
    pdf.moveDown(0.5);
  }
  if (signatures.length === 0) pdf.font('bold').fontSize(10.5).text(words.notSigned).moveDown(0.5);
  pdf.font('text').fontSize(9.5).fillColor('#000').text(words.howToVerify);
}

/** On each page: which agreement, which terms, which page of how many, and whether it is signed at all. */
const everyPage = (
  pdf: Pdf,
  { agreementId, version, termsHash, signatures }: ContractDocument,
  words: ContractWords,
): Promise<void> =>
  footEveryPage(pdf, {
    lines: [`${words.terms} SHA-256 ${termsHash}`, `${agreementId} ${words.version} ${version}`],
    place: (page, of) => words.page(page, of),
    more: () => {
      if (signatures.length > 0) return;
      pdf.font('bold').fontSize(15).fillColor('#b00020').text(words.notSigned, margin.left, 30, { lineBreak: false });
    },
  });
