import { Injectable } from '@nestjs/common';
import { canonicalText, dayInZone, sha256Hex, type Terms, type UsageSum, monthAfter } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { Storage } from '../../platform/storage/storage';
import {
  countUsageBetween,
  grantedContexts,
  KeptReadings,
  type LiveReport,
  liveReportsBetween,
  type ReportedMonth,
  serviceFigures,
  usageBetween,
} from '../../usage';
import type { Basis, BasisMonth, FileBasis, ReportedBasis, UsageRow } from './basis';
import { contextOfFigures, refuseOtherCurrency } from './context-of-month';
import { forecastMonths } from './forecast-months';
import { getSimulationFile } from './simulation-files.repository';
import type { InputsOfRun } from './simulation-result';
import { monthsOf, readUsageFile } from './usage-file';

/** Whose usage is looked at, for whom, and under which revisions. */
export interface Asked {
  readonly negotiationId: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly ownerId: string;
  readonly at: Date;
  readonly revisions: readonly [Terms, ...Terms[]];
}

export interface LoadedBasis {
  readonly months: readonly BasisMonth[];
  readonly inputs: InputsOfRun;
}

export interface BasisSize {
  readonly sums: number;
  readonly months: number;
}

/** How many sums are read and held at once at most. */
const sumsMax = 1_000_000;

const noInputs = { monthsWithoutReport: [], reports: [], usageSha256: null, placedOn: [] };

/** Turns what was asked for into months of usage, and names what they stand on. */
@Injectable()
export class BasisMonths {
  constructor(
    private readonly storage: Storage,
    private readonly readings: KeptReadings,
  ) {}

  /** How large the usage is at most: cheap, none of it is read. Refuses as `load` does, and with simulation-too-large. */
  async size(tx: Tx, basis: Basis, asked: Asked): Promise<BasisSize> {
    const size = await this.sizeOf(tx, basis, asked);
    if (size.sums > sumsMax) {
      throw new DomainError('simulation-too-large', `the usage has ${size.sums} sums, more than ${sumsMax}`);
    }
    return size;
  }

  /** Refuses with not-found (no such file), simulation-file-invalid or usage-not-reported. */
  async load(tx: Tx, basis: Basis, asked: Asked): Promise<LoadedBasis> {
    switch (basis.kind) {
      case 'reported':
        return this.reported(tx, basis, asked);
      case 'file':
        return this.file(tx, basis, asked);
      case 'forecast': {
        const { months, placed } = forecastMonths(basis, asked.revisions);
        return { months, inputs: { ...noInputs, ...countsOf(months), placedOn: distinct(placed) } };
      }
    }
  }

  private async sizeOf(tx: Tx, basis: Basis, asked: Asked): Promise<BasisSize> {
    if (basis.kind === 'reported') {
      const { reports, wanted } = await reportsOf(tx, basis, asked);
      const ids = reports.map(({ id }) => id);
      return { sums: await countUsageBetween(tx, ids), months: wanted.length };
    }
    if (basis.kind === 'forecast') {
      const lines = basis.monthly.reduce((sum, { plays, downloads }) => sum + plays.length + downloads.length, 0);
      return { sums: lines * basis.months, months: basis.months };
    }
    if (basis.rows !== undefined) return { sums: basis.rows.length, months: monthsOf(basis.rows).length };
    const { rowCount, months } = await getSimulationFile(tx, basis.fileId ?? '', asked);
    return { sums: rowCount, months: months.length };
  }

  private async reported(tx: Tx, basis: ReportedBasis, asked: Asked): Promise<LoadedBasis> {
    const { reports, wanted } = await reportsOf(tx, basis, asked);
    const reported = await usageBetween(tx, this.readings, reports);
    const there = new Set(reported.map(({ month }) => month));
    const months = reported.map(reportedMonth);
    const monthsWithoutReport = wanted.filter((month) => !there.has(month));
    return { months, inputs: { ...noInputs, ...countsOf(months), monthsWithoutReport, reports } };
  }

  private async file(tx: Tx, basis: FileBasis, asked: Asked): Promise<LoadedBasis> {
    const { rows, usageSha256 } = await this.rowsOf(tx, basis, asked);
    const currency = basis.currency ?? asked.revisions[0].currency;
    const byMonth = new Map<string, UsageRow[]>(monthsOf(rows).map((month) => [month, []]));
    for (const row of rows) byMonth.get(row.month)?.push(row);
    const figures = new Map(basis.figures.map((entry) => [entry.month, entry]));
    const months = [...new Set([...monthsOf(rows), ...figures.keys()])].sort().map((month): BasisMonth => ({
      month,
      usage: (byMonth.get(month) ?? []).map(usageSum),
      contextFor: (terms) => contextOfFigures(figures.get(month), { terms, currency }),
    }));
    return { months, inputs: { ...noInputs, ...countsOf(months), usageSha256 } };
  }

  private async rowsOf(tx: Tx, { rows, fileId = '' }: FileBasis, asked: Asked) {
    if (rows !== undefined) return { rows, usageSha256: sha256Hex(canonicalText(rows)) };
    const { fileSha256 } = await getSimulationFile(tx, fileId, asked);
    return { rows: await readUsageFile(this.storage.read(fileSha256)), usageSha256: fileSha256 };
  }
}

const defaultMonths = 3;

/** The live reports of the months asked for, and those months. Refuses with usage-not-reported when there is no report at all. */
async function reportsOf(
  tx: Tx,
  { months = defaultMonths, from, until }: ReportedBasis,
  { labelId, platformId, at, revisions: [{ timeZone }] }: Asked,
): Promise<{ reports: LiveReport[]; wanted: string[] }> {
  // The running month is not over where the deal's clocks hang, and not reported.
  const end = until ?? dayInZone(at, timeZone).slice(0, 7);
  const begin = from ?? monthAfter(end, -months);
  const reports = await liveReportsBetween(tx, { labelId, platformId, from: begin, until: end });
  if (reports.length === 0) {
    throw new DomainError('usage-not-reported', `no report speaks for a month from ${begin} until ${end}`);
  }
  const wanted: string[] = [];
  for (let month = begin; month < end; month = monthAfter(month, 1)) wanted.push(month);
  return { reports, wanted };
}

const reportedMonth = ({ month, usage, contexts }: ReportedMonth): BasisMonth => ({
  month,
  usage,
  contextFor: (terms, day) => {
    const granted = grantedContexts(terms, contexts, day);
    const currencies = granted.flatMap(({ currency }) => currency ?? []);
    for (const currency of currencies) refuseOtherCurrency(terms, { currency, money: true });
    return { services: serviceFigures(terms, granted) };
  },
});

const usageSum = ({ month: _, quantity, returns, ...context }: UsageRow): UsageSum => ({
  ...context,
  quantity: BigInt(quantity),
  returns: BigInt(returns),
});

const countsOf = (months: readonly BasisMonth[]): Pick<InputsOfRun, 'months' | 'sums'> => ({
  months: months.map(({ month }) => month),
  sums: months.reduce((sum, { usage }) => sum + usage.length, 0),
});

const distinct = <Value>(values: readonly Value[]): Value[] => [
  ...new Map(values.map((value) => [canonicalText(value), value])).values(),
];
