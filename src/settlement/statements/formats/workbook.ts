import type { Readable } from 'node:stream';
import {
  type ChartedMonth,
  clauseSteps,
  formulaText,
  paymentName,
  sourceText,
  type StatementWords,
  statementWords,
} from '../../../documents';
import { currencyExponent, type Explanation, type LanguageCode } from '../../../kernel';
import {
  type Column,
  type Row,
  rowsMax,
  type Sheet,
  type TotalRow,
  writeXlsx,
} from '../../../platform/xlsx/write-xlsx';
import { breakageBatches, breakageCells, breakageColumns } from '../breakage-lines';
import { lineView } from '../line-view';
import { periodNameOf, standInNameOf } from '../statements.repository';
import { csvColumns, type Reading } from './lines-csv';
import { lineBatches } from './line-batches';
import { paymentsShown, type StatementFacts, summaryOf } from './statement-facts';

type ChartedFacts = StatementFacts & { readonly months: readonly ChartedMonth[] };

/** A statement as a workbook: its summary, its clauses with every branch, its corrections, all its lines, and what breakage is whose. */
export function workbookOf(read: Reading, facts: ChartedFacts, language: LanguageCode): Readable {
  const words = statementWords[language];
  const sheets = [
    summarySheet(facts, words),
    clausesSheet(facts, words),
    ...correctionsSheet(facts, words),
    ...lineSheets(read, facts, words),
    ...breakageSheets(read, facts, words),
  ];
  return writeXlsx(sheets, currencyExponent(facts.statement.currency));
}

const text = (title: string, width: number): Column => ({ title, kind: 'text', width });
const figure = (title: string, width: number): Column => ({ title, kind: 'figure', width });
const amount = (title: string, width = 16): Column => ({ title, kind: 'amount', width });

function summarySheet(facts: ChartedFacts, words: StatementWords): Sheet {
  const { statement, terms, side, clauseLines, months } = facts;
  const { currency } = statement;
  const { advance } = clauseLines.payable;
  const standIn = standInNameOf(statement);
  const fact = (name: string, value: string): Row => [name, null, null, value];
  const rows: (Row | TotalRow)[] = [
    ...summaryOf(facts).map(({ name, amount: value, currency: of, total }) => {
      const row: Row = [words.summaryNames[name], value, of];
      return total ? { total: row } : row;
    }),
    [],
    { total: [words.advance] },
    [words.opening, advance.opening, currency],
    [words.recouped, advance.recouped, currency],
    [words.closing, advance.closing, currency],
    ...section(
      words.steps,
      clauseLines.steps.map(({ clause, step, id, formula, amount: value }) => [
        `${clause} ${words.stepNames[step] ?? step}${id === undefined ? '' : ` ${id}`}`,
        value,
        currency,
        formulaText(formula, words),
      ]),
    ),
    ...section(
      words.payments,
      paymentsShown(facts).map((payment) => {
        const { rate, of, to } = payment;
        const factor = rate === undefined || of === undefined ? '' : `: ${rate} × ${of.amount} ${of.currency}`;
        return [paymentName(payment, words), to.amount, to.currency, `${sourceText(payment, words)}${factor}`];
      }),
    ),
    ...section(
      words.revenueChart,
      months.map(({ month, royalties }) => [month, royalties, currency]),
    ),
    [],
    fact(words.statement, statement.id),
    fact(words.agreement, statement.agreement_id),
    fact(words.month, periodNameOf(statement)),
    fact(words.issued, statement.issued_at.toISOString()),
    ...(standIn === null ? [] : [fact(words.estimatedFrom, standIn)]),
    fact(words.role.label, terms.parties.label.name),
    fact(words.role.platform, terms.parties.platform.name),
    fact(words.clauseLinesHash, statement.sha256),
    fact(words.termsHash, clauseLines.termsHash),
  ];
  const columns = [text(`${words.title}. ${words.paperOf[side]}`, 46), amount(words.amount), text(words.currency, 10)];
  return { name: words.summary, columns: [...columns, text('', 70)], batches: [rows] };
}

const section = (title: string, rows: readonly Row[]): (Row | TotalRow)[] =>
  rows.length === 0 ? [] : [[], { total: [title] }, ...rows];

function clausesSheet({ clauseLines, statement }: StatementFacts, words: StatementWords): Sheet {
  const rows = clauseLines.clauses.flatMap(({ number, clause, kind, quantity, exact, amount: value, explanation }) => {
    const formula = formulaText(explanation.formula, words);
    const named = words.kindNames[kind];
    const head = { total: [number, clause, named, null, quantity, exact, value, statement.currency, formula] };
    return [head, ...stepRows(explanation, words)];
  });
  const columns = [
    text(words.clause, 8),
    text('', 18),
    text(words.kind, 24),
    text('', 16),
    figure(words.quantity, 14),
    figure(words.exact, 18),
    amount(words.amount),
    text(words.currency, 10),
    text(words.formula, 90),
  ];
  return { name: words.clauses, columns, batches: [rows] };
}

/** The arithmetic of a clause, deeper the further in; branches that lost say so. */
const stepRows = (explanation: Explanation, words: StatementWords): Row[] =>
  clauseSteps(explanation, words)
    .slice(1)
    .map(({ depth, name, formula, value, fate }) => {
      const told = fate === undefined ? '' : fate === 'taken' ? words.taken : words.notTaken;
      return [null, null, `${'  '.repeat(depth)}${name}`, told, null, value, null, null, formulaText(formula, words)];
    });

function correctionsSheet({ clauseLines, statement }: StatementFacts, words: StatementWords): Sheet[] {
  const { restatements } = clauseLines;
  if (restatements.length === 0) return [];
  const rows = restatements.flatMap(({ period, booked, rerated, delta, clauses }): (Row | TotalRow)[] => [
    { total: [period, null, booked, rerated, delta, statement.currency] },
    ...clauses.map(({ clause, amount: value }): Row => [period, clause, null, null, value, statement.currency]),
  ]);
  const columns = [
    text(words.correctedMonth, 18),
    text(words.clause, 20),
    amount(words.booked, 18),
    amount(words.rerated, 18),
    amount(words.difference, 18),
    text(words.currency, 10),
  ];
  return [{ name: words.corrections.slice(0, 31), columns, batches: [rows] }];
}

function breakageSheets(read: Reading, { statement, clauseLines }: StatementFacts, words: StatementWords): Sheet[] {
  const { breakage } = clauseLines;
  if (breakage === null) return [];
  const columns: Record<(typeof breakageColumns)[number], Column> = {
    line: figure(words.line, 9),
    isrc: text('ISRC', 15),
    weight: figure(breakage.allocateBy === 'units' ? words.quantity : words.summaryNames.royalties, 18),
    exact: figure(words.exact, 18),
    amount: amount(words.amount),
    currency: text(words.currency, 10),
  };
  const name = words.stepNames['breakage'] ?? 'breakage';
  const count = Math.max(1, Math.ceil(Number(breakage.recordings) / rowsMax));
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? name : `${name} ${index + 1}`,
    columns: breakageColumns.map((column) => columns[column]),
    batches: rowsOf(index * rowsMax, (index + 1) * rowsMax),
  }));

  async function* rowsOf(after: number, last: number): AsyncGenerator<Row[]> {
    for await (const lines of breakageBatches(read, statement, { after, last })) {
      yield lines.map((line) => breakageCells(line, statement));
    }
  }
}

/** As many sheets as all lines need: a spreadsheet's rows end somewhat above a million. */
function lineSheets(read: Reading, { statement, lineCount, terms }: StatementFacts, words: StatementWords): Sheet[] {
  const services = new Map(terms.services.map(({ id, name }) => [id, name]));
  const columns: Record<(typeof csvColumns)[number], Column> = {
    line: figure(words.line, 9),
    period: text(words.period, 9),
    clause: text(words.clause, 16),
    isrc: text('ISRC', 15),
    serviceId: text(words.service, 24),
    territory: text(words.territory, 11),
    useType: text(words.use, 30),
    commercialModel: text(words.model, 29),
    quantity: figure(words.quantity, 12),
    returns: figure(words.returns, 10),
    exact: figure(words.exact, 18),
    amount: amount(words.amount),
    currency: text(words.currency, 10),
    controlledShare: figure(words.share, 10),
    sales: figure(words.sales, 14),
    usedOn: text(words.usedOn, 12),
    reportedOn: text(words.reportedOn, 12),
  };
  const count = Math.max(1, Math.ceil(lineCount / rowsMax));
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? words.lines : `${words.lines} ${index + 1}`,
    columns: csvColumns.map((column) => columns[column]),
    batches: rowsOf(index * rowsMax, Math.min(lineCount, (index + 1) * rowsMax)),
  }));

  async function* rowsOf(after: number, last: number): AsyncGenerator<Row[]> {
    for await (const lines of lineBatches(read, statement, { after, last })) {
      yield lines.map((line) => {
        const own = lineView(line, statement);
        const view = { ...own, serviceId: services.get(own.serviceId ?? '') ?? own.serviceId };
        return csvColumns.map((column) => (view[column] === null ? null : String(view[column])));
      });
    }
  }
}
