import { csvRow } from '../../platform/http/csv';
import type { AmountsRun, InputsOfRun, RevisionRun, RunDifference, SimulationResult } from './simulation-result';
import type { SimulationView } from './simulation.view';

const columns = [
  'line',
  'revision',
  'period',
  'usageOf',
  'clause',
  'item',
  'quantity',
  'formula',
  'exact',
  'amount',
  'currency',
] as const;

type Line = Partial<Readonly<Record<(typeof columns)[number], string>>>;

/** A run as one table: a line says first what it is, so that a spreadsheet can pick. The last lines name what the run stands on. */
export function* simulationCsv({ result, ...run }: SimulationView): Generator<string> {
  yield csvRow(columns);
  for (const line of linesOf(result)) yield csvRow(columns.map((column) => line[column] ?? ''));
  for (const [item, formula] of [
    ['simulation', run.id],
    ['basis', JSON.stringify(run.basis)],
    ['asked by', `${run.ownerId} ${run.requestedBy}`],
    ['asked at', run.requestedAt],
    ['result hash', run.resultHash ?? ''],
  ] as const) {
    yield csvRow(columns.map((column) => (({ line: 'input', item, formula }) as Line)[column] ?? ''));
  }
}

function* linesOf(result: SimulationResult | null): Generator<Line> {
  if (result === null) return;
  for (const run of result.revisions) yield* linesOfRevision(run);
  for (const difference of result.differences) yield* linesOfDifference(difference);
  yield* linesOfInputs(result.inputs);
}

function* linesOfRevision(run: RevisionRun): Generator<Line> {
  const own = { revision: String(run.revision), currency: run.currency };
  for (const { period, usageOf, clauses, steps, ...amounts } of run.periods) {
    const within = { ...own, period, usageOf: usageOf.join(' ') };
    for (const { clause, quantity, exact, amount, winner } of clauses) {
      const item = winner.name ?? winner.kind;
      yield { ...within, line: 'clause', clause, item, quantity, formula: winner.formula, exact, amount };
    }
    for (const { clause, step, formula, amount } of steps) {
      yield { ...within, line: 'step', clause, item: step, formula, amount };
    }
    yield* linesOfAmounts(amounts, { ...within, line: 'period' });
  }
  if (run.totals) yield* linesOfAmounts(run.totals, { ...own, line: 'total' });
  for (const { reason, units } of run.notLicensed) {
    yield { revision: own.revision, line: 'not-licensed', item: reason, quantity: units };
  }
  for (const { month, reason } of run.monthsLeftOut) {
    yield { revision: own.revision, line: 'month-left-out', usageOf: month, item: reason };
  }
  for (const { pointer, code, message } of run.refusal ?? []) {
    yield { revision: own.revision, line: 'refused', item: code, formula: `${pointer} ${message}` };
  }
  yield { revision: own.revision, line: 'terms', item: run.rules, formula: run.termsHash };
}

function* linesOfDifference({ revision, against, currency, periods, totals }: RunDifference): Generator<Line> {
  const own = { revision: `${revision} less ${against}`, currency: currency ?? '' };
  for (const { usageOf, ...amounts } of periods) {
    yield* linesOfAmounts(amounts, { ...own, line: 'difference', usageOf: usageOf.join(' ') });
  }
  if (totals) yield* linesOfAmounts(totals, { ...own, line: 'difference-total' });
}

function* linesOfAmounts({ royalties, recouped, payable }: AmountsRun, line: Line): Generator<Line> {
  yield { ...line, item: 'royalties', amount: royalties };
  yield { ...line, item: 'recouped', amount: recouped };
  yield { ...line, item: 'payable', amount: payable };
}

function* linesOfInputs({ reports, usageSha256, placedOn, monthsWithoutReport }: InputsOfRun): Generator<Line> {
  for (const { id, month, fileSha256 } of reports) {
    yield { line: 'input', item: 'report', usageOf: month, formula: `${id} ${fileSha256}` };
  }
  for (const month of monthsWithoutReport) yield { line: 'input', item: 'no report', usageOf: month };
  if (usageSha256 !== null) yield { line: 'input', item: 'usage', formula: usageSha256 };
  for (const { isrc, service, territory, use, model } of placedOn) {
    yield { line: 'input', item: 'placed on', formula: [isrc, service, territory, use, model].join(' ') };
  }
}
