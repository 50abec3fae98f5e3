import { dayAfter, reportingPeriodNamed } from '../kernel';
import { amountBox, collected, footEveryPage, margin, newSheets, type Pdf, width } from './sheet';
import { charts } from './statement-charts';
import { clauseBlock } from './statement-clauses';
import type { AmountShown, StatementDocument } from './statement-document';
import { amountText, figureText, formulaText, paymentName, sourceText } from './statement-figures';
import { heading, table, type TableRow } from './statement-table';
import { type StatementWords, statementWords } from './statement-words';

/** A statement as a PDF (A4), its fonts in it. The same document gives the same bytes. */
export async function statementPdf(document: StatementDocument): Promise<Buffer> {
  const words = statementWords[document.language];
  const { id, month, issuedAt, language, hashes } = document;
  const pdf = newSheets({ title: `${words.title} ${month} ${id}`, madeAt: issuedAt, language });
  const finished = collected(pdf);
  opening(pdf, document, words);
  summary(pdf, document, words);
  charts(pdf, document.months, words);
  heading(pdf, words.clauses);
  for (const clause of document.clauses) clauseBlock(pdf, clause, document.currency, words);
  corrections(pdf, document, words);
  advance(pdf, document, words);
  stepsAndPayments(pdf, document, words);
  lines(pdf, document, words);
  proof(pdf, document, words);
  await footEveryPage(pdf, {
    lines: [`${words.clauseLinesHash} ${hashes.clauseLines}`, `${words.statement} ${id} · ${month}`],
    place: (page, of) => words.page(page, of),
  });
  pdf.end();
  return finished;
}

function opening(pdf: Pdf, document: StatementDocument, words: StatementWords): void {
  const { side, month, parties, id, agreementId, issuedAt, estimatedFrom, currency, payable } = document;
  pdf
    .font('bold')
    .fontSize(17)
    .fillColor('#000')
    .text(`${words.title}, ${periodText(month, words)}`);
  pdf.moveDown(0.15).font('text').fontSize(9.5).fillColor('#555').text(words.paperOf[side]);
  pdf.moveDown(0.8);
  for (const party of ['label', 'platform'] as const) {
    pdf.font('bold').fontSize(10).fillColor('#000').text(parties[party].name, { continued: true });
    pdf.font('text').fillColor('#555').text(` — ${words.role[party]}`);
  }
  pdf.moveDown(0.4).font('text').fontSize(7.5).fillColor('#555');
  const day = issuedAt.toISOString().slice(0, 16).replace('T', ' ');
  pdf.text(`${words.statement} ${id}   ·   ${words.issued} ${day} UTC`);
  pdf.text(`${words.agreement} ${agreementId}   ·   ${words.currency} ${currency}`);
  if (estimatedFrom !== null) pdf.font('bold').text(`${words.estimatedFrom} ${periodText(estimatedFrom, words)}`);
  pdf.moveDown(0.9);
  amountBox(pdf, words.payableHeadline[side], amountText(payable, currency, words));
}

/** The months of a period, given its name: "January 2026" of '2026-01', "January – March 2026" of '2026-Q1'. */
function periodText(name: string, { locale }: StatementWords): string {
  const { from, until } = reportingPeriodNamed(name);
  const format = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return format.formatRange(new Date(from), new Date(dayAfter(until, -1)));
}

function summary(pdf: Pdf, { summary: rows }: StatementDocument, words: StatementWords): void {
  heading(pdf, words.summary);
  table(
    pdf,
    [
      { title: '', share: 70 },
      { title: '', share: 30, align: 'right' },
    ],
    rows.map(({ name, amount, currency, total }) => ({
      cells: [words.summaryNames[name], amountText(amount, currency, words)],
      bold: total,
    })),
    9,
  );
  pdf.moveDown(1.2);
}

function corrections(pdf: Pdf, { restatements }: StatementDocument, words: StatementWords): void {
  if (restatements.length === 0) return;
  heading(pdf, words.corrections);
  const rows = restatements.flatMap(({ period, booked, rerated, delta, clauses }): TableRow[] => [
    { cells: [period, '', ...[booked, rerated, delta].map((each) => figureText(each, words))], bold: true },
    ...clauses.map(({ clause, amount }) => ({ cells: ['', clause, '', '', figureText(amount, words)] })),
  ]);
  table(
    pdf,
    [
      { title: words.correctedMonth, share: 24 },
      { title: words.clause, share: 22 },
      { title: words.booked, share: 18, align: 'right' },
      { title: words.rerated, share: 18, align: 'right' },
      { title: words.difference, share: 18, align: 'right' },
    ],
    rows,
  );
}

/** How the advance moved, this month and those before it. */
function advance(pdf: Pdf, { months }: StatementDocument, words: StatementWords): void {
  heading(pdf, words.advance);
  const last = months.at(-1)?.month;
  table(
    pdf,
    [
      { title: words.month, share: 25 },
      { title: words.opening, share: 25, align: 'right' },
      { title: words.recouped, share: 25, align: 'right' },
      { title: words.closing, share: 25, align: 'right' },
    ],
    months.map(({ month, advance: { opening: before, recouped, closing } }) => ({
      cells: [month, ...[before, recouped, closing].map((each) => figureText(each, words))],
      bold: month === last,
    })),
  );
}

function allocation(pdf: Pdf, { breakage, currency }: StatementDocument, words: StatementWords): void {
  if (breakage === null) return;
  const { amount, recordings, allocateBy, unallocated } = breakage;
  const rest = /[1-9]/.test(unallocated) ? ` ${words.unattributed(amountText(unallocated, currency, words))}` : '';
  pdf.moveDown(0.4).font('text').fontSize(8).fillColor('#555');
  const told = words.allocated(amountText(amount, currency, words), recordings, allocateBy);
  pdf.text(`${told}${rest}`, margin.left, pdf.y, { width: width(pdf) });
}

function stepsAndPayments(pdf: Pdf, document: StatementDocument, words: StatementWords): void {
  const { steps, payments } = document;
  if (steps.length > 0) {
    heading(pdf, words.steps);
    table(
      pdf,
      [
        { title: words.clause, share: 10 },
        { title: words.step, share: 26 },
        { title: words.formula, share: 46 },
        { title: words.amount, share: 18, align: 'right' },
      ],
      steps.map(({ clause, step, id = '', formula, amount }) => ({
        cells: [
          clause,
          `${words.stepNames[step] ?? step} ${id}`,
          formulaText(formula, words),
          figureText(amount, words),
        ],
      })),
    );
  }
  allocation(pdf, document, words);
  if (payments.length === 0) return;
  heading(pdf, words.payments);
  const shown = (money?: AmountShown) => (money === undefined ? '' : amountText(money.amount, money.currency, words));
  table(
    pdf,
    [
      { title: '', share: 26 },
      { title: words.source, share: 30 },
      { title: words.rate, share: 8, align: 'right' },
      { title: words.takenOf, share: 17, align: 'right' },
      { title: words.comesTo, share: 19, align: 'right' },
    ],
    payments.map((payment) => ({
      cells: [
        paymentName(payment, words),
        sourceText(payment, words),
        figureText(payment.rate ?? '', words),
        ...[shown(payment.of), shown(payment.to)],
      ],
    })),
  );
}

function lines(pdf: Pdf, { lines: shown, lineCount }: StatementDocument, words: StatementWords): void {
  if (lineCount === 0) return;
  heading(pdf, words.lines);
  const count = figureText(String(lineCount), words);
  const told =
    shown.length === lineCount
      ? words.allLines(count)
      : words.largestLines(figureText(String(shown.length), words), count);
  pdf
    .font('text')
    .fontSize(8.5)
    .fillColor('#555')
    .text(told, { width: width(pdf) })
    .moveDown(0.4);
  table(
    pdf,
    [
      { title: words.period, share: 8.5 },
      { title: 'ISRC', share: 13.5, mono: true },
      { title: words.territory, share: 9 },
      { title: `${words.use}, ${words.model.toLowerCase()}`, share: 46 },
      { title: words.service, share: 18 },
      { title: words.quantity, share: 11, align: 'right' },
      { title: words.amount, share: 11, align: 'right' },
    ],
    shown.map(({ period, clause, isrc, service, territory, useType, commercialModel, quantity, amount }) => ({
      cells: [
        period,
        isrc ?? words.noRecording,
        territory ?? '',
        useType === null ? clause : `${useType} · ${commercialModel}`,
        service ?? '',
        figureText(quantity, words),
        figureText(amount, words),
      ],
    })),
    6.5,
  );
}

function proof(pdf: Pdf, { hashes }: StatementDocument, words: StatementWords): void {
  heading(pdf, words.proof);
  for (const [name, hash] of [
    [words.clauseLinesHash, hashes.clauseLines],
    [words.termsHash, hashes.terms],
  ] as const) {
    pdf.font('text').fontSize(8).fillColor('#555').text(name, margin.left);
    pdf.font('mono').fontSize(8).fillColor('#000').text(hash).moveDown(0.3);
  }
  pdf
    .font('text')
    .fontSize(8.5)
    .fillColor('#000')
    .text(words.howToVerify, { width: width(pdf) });
}
