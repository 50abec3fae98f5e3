import { type Cells } from './cells';
import { type BlockRules } from './block-rules';
import { type Findings } from './faults';
import { findCell } from './layouts';
import { canonicalDecimal, DecimalSum } from './decimal-sum';
import { ratioOfPercentage } from './music-part';
import { countOf } from './read-records';
import { type Head, type SummaryFigures, type SummaryUses } from './records';

/** More sales contexts than any service has: beyond, a file would fill the memory. */
const SUMMARIES_MAX = 100_000;

/** Families whose revenue is that of the context; in the others it is a part of it, allocated to somebody. */
const wholeRevenue: ReadonlySet<string> = new Set(['SY01', 'SY02', 'SY03', 'SY04', 'SY06']);

const placeCells = ['CommercialModel', 'UseType', 'Territory'] as const;
type Place = [model: string, use: string, territory: string];

/** Everything that summaries with one id say, and what the records that name it add up to. */
export interface Context {
  readonly lineNumber: number;
  readonly code: string;
  readonly model: string;
  readonly use: string;
  readonly territory: string;
  readonly controllers: Set<string>;
  /** One of the summaries was rejected. */
  rejected: boolean;
  /** How many summaries have the id. */
  count: number;
  /** The uses that the summary claims, with the number of their cell; null where it claims none. */
  readonly uses: { readonly cell: number; readonly text: string } | null;
  readonly sum: DecimalSum;
}

/** The summaries of one file by their ids. Ids repeat where each rights controller has a summary of its own. */
export class Summaries {
  private readonly contexts = new Map<string, Context>();
  private readonly keys = new Set<string>();
  private toldTooMany = false;

  constructor(private readonly findings: Findings) {}

  find(id: string): Context | undefined {
    return this.contexts.get(id);
  }

  /** The only context that there is, for records that name none; undefined where there are several. */
  get only(): Context | undefined {
    const [first] = this.contexts.values();
    return this.contexts.size === 1 ? first : undefined;
  }

  /** Takes a summary whose own cells have been checked. Gives its figures when it is sound. */
  add(
    { code, family, controller, uses }: BlockRules,
    cells: Cells,
    lineNumber: number,
    head: Head | null,
  ): SummaryFigures | null {
    const { findings } = this;
    this.checkService(code, cells, head);
    if (!cells.isUsable(2)) return null;
    const id = cells.text(2);
    const who = controller === 0 ? '' : textOf(cells, controller);
    if (!this.checkNew([family, id, who, textOf(cells, findCell(code, 'RightsType'))].join('\t'), id)) return null;
    const [model, use, territory] = placeCells.map((name) => textOf(cells, findCell(code, name))) as Place;
    const context = this.contexts.get(id) ?? {
      lineNumber,
      code,
      model,
      use,
      territory,
      controllers: new Set<string>(),
      rejected: false,
      count: 0,
      uses: uses === 0 || !cells.isUsable(uses) ? null : { cell: uses, text: cells.text(uses) },
      sum: new DecimalSum(),
    };
    this.contexts.set(id, context);
    if (context.model !== model || context.use !== use || context.territory !== territory) {
      const message = `the summary with this id on line ${context.lineNumber} is of another model, use or territory`;
      findings.add('summary-records-differ', message, { cell: 2, value: id });
    }
    context.count += 1;
    if (who !== '') context.controllers.add(who);
    if (!findings.recordIsSound) {
      context.rejected = true;
      return null;
    }
    const whole = (name: string): string | null =>
      (wholeRevenue.has(family) && textOf(cells, findCell(code, name))) || null;
    const told = (...names: readonly string[]): string | null =>
      names.map((name) => textOf(cells, findCell(code, name))).find((text) => text !== '') ?? null;
    const percentage = told('MusicUsagePercentage');
    const usages = whole('Usages') ?? whole('UsagesInReportingPeriod');
    return {
      lineNumber,
      summaryRecordId: id,
      commercialModel: model,
      useType: use,
      territory,
      serviceDescription: told('ServiceDescription'),
      usages: usages === null ? null : countOf(usages),
      currency: told('CurrencyOfReporting', 'Currency'),
      revenue: whole('NetRevenue'),
      musicUsageRatio: percentage === null ? '1' : ratioOfPercentage(percentage),
    };
  }

  /** Compares each summary that is alone with its id with what the records add up to. */
  checkUses(): void {
    for (const { lineNumber, code, count, uses, rejected, sum } of this.contexts.values()) {
      if (count !== 1 || rejected || uses === null || canonicalDecimal(uses.text) === sum.text) continue;
      this.findings.open(lineNumber, code);
      const message = `the summary says ${uses.text} uses, its records add up to ${sum.text}`;
      this.findings.add('usage-total-mismatch', message, { cell: uses.cell, value: uses.text });
    }
  }

  /** What each of them claims, and what the records add up to: whole numbers in all profiles whose reports come in several files. */
  *uses(): Generator<SummaryUses> {
    for (const [summaryRecordId, { lineNumber, code, count, uses, rejected, sum }] of this.contexts) {
      if (count !== 1 || rejected || uses === null) continue;
      yield {
        lineNumber,
        code,
        summaryRecordId,
        cell: uses.cell,
        claimed: countOf(uses.text),
        added: countOf(sum.text),
      };
    }
  }

  private checkNew(key: string, id: string): boolean {
    const { findings, keys } = this;
    if (keys.has(key)) {
      const message = 'an earlier summary has the same id, rights controller and type of right';
      findings.add('duplicate-summary-record', message, { cell: 2, value: id });
      return false;
    }
    if (keys.size < SUMMARIES_MAX) {
      keys.add(key);
      return true;
    }
    if (!this.toldTooMany) findings.add('too-many-summaries', `at most ${SUMMARIES_MAX} summary records are read`);
    this.toldTooMany = true;
    return false;
  }

  private checkService(code: BlockRules['code'], cells: Cells, head: Head | null): void {
    const cell = findCell(code, 'ServiceDescription');
    const service = textOf(cells, cell);
    const named = head?.serviceDescription ?? null;
    if (service === '' || named === null || service === named) return;
    this.findings.add('service-mismatch', `HEAD names the service ${named}`, { cell, value: service });
  }
}

const textOf = (cells: Cells, cell: number): string => (cell !== 0 && cells.isUsable(cell) ? cells.text(cell) : '');
