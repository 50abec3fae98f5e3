import { BlockOrder } from './block-order';
import { firstIsrc, type Referred } from './block-references';
import { blockRules, type BlockRules } from './block-rules';
import { type Body } from './body';
import { type Cells } from './cells';
import { checkRecord } from './check-record';
import { daysOf } from './dates';
import { type Findings } from './faults';
import { COUNT_MAX } from './grammar';
import { type RecordCode } from './layouts';
import { isSingleRecord, type Profile } from './profiles';
import { canonicalDecimal } from './decimal-sum';
import { type BlockIds, type DsrReceiver, type Head } from './records';
import { SeenIds } from './seen-ids';
import { Summaries, type Context } from './summaries';

/** Families that these profiles share out among them; records of the record-company profile are none of theirs. */
const FAMILIES = /^(SY0[1-69]|RE0[12]|AS0[12]|MW01|RU0[12]|SU0[1-3]|LI01|SR0[1236])(\.|$)/;

const PAY_AS_YOU_GO = 'PayAsYouGoModel';
const STREAM_PRICE = 9;

/**
 * Summaries, blocks and usage records of Basic Audio and UGC, with blocks or without. Without a profile, records are
 * still read by their own layouts; only their order cannot be checked.
 */
export class BlockBody implements Body {
  contexts = 0;
  accepted = 0;
  private readonly summaries: Summaries;
  private readonly order: BlockOrder;
  private readonly seen = new SeenIds();

  constructor(
    private readonly profile: Profile | null,
    private readonly findings: Findings,
    private readonly receiver: DsrReceiver,
  ) {
    this.summaries = new Summaries(findings);
    this.order = new BlockOrder(profile !== null && isSingleRecord(profile) ? null : profile, findings);
  }

  get blocks(): number {
    return this.order.count;
  }

  get blockIds(): BlockIds | null {
    return this.order.ids;
  }

  takes(code: RecordCode): boolean {
    return FAMILIES.test(code);
  }

  read(code: RecordCode, lineNumber: number, cells: Cells, head: Head | null): void {
    const rules = blockRules(code);
    checkRecord(rules.rules, cells, this.findings);
    if (rules.kind === 'summary') return this.readSummary(rules, lineNumber, cells, head);
    this.order.enter(rules, lineNumber, cells, head);
    const context = this.contextOf(rules, cells);
    this.checkPeriod(rules, cells, head);
    if (rules.kind === 'reference') this.order.references.define(rules, cells);
    else if (rules.kind === 'usage') this.readUsage(rules, lineNumber, cells, context);
  }

  finish(head: Head | null): void {
    this.order.close();
    if (this.profile?.usesAddUp !== true) return;
    // The records of a report of several files add up over all of them.
    if ((head?.numberOfFiles ?? 1n) === 1n) this.summaries.checkUses();
    else for (const uses of this.summaries.uses()) this.receiver.uses?.(uses);
  }

  private readSummary(rules: BlockRules, lineNumber: number, cells: Cells, head: Head | null): void {
    const figures = this.summaries.add(rules, cells, lineNumber, head);
    if (figures === null) return;
    this.contexts += 1;
    this.receiver.summary?.(figures);
  }

  private readUsage(rules: BlockRules, lineNumber: number, cells: Cells, context: Context | undefined): void {
    const { findings } = this;
    this.checkTransaction(rules, cells);
    const recording = this.recordingOf(rules, cells);
    if (rules.family === 'SU02' && context?.model === PAY_AS_YOU_GO && cells.isEmpty(STREAM_PRICE)) {
      const message = `PriceConsumerPaidExcSalesTax is mandatory under ${PAY_AS_YOU_GO}`;
      findings.add('cell-missing', message, { cell: STREAM_PRICE });
    }
    const counts = this.countsOf(rules, cells);
    // Rejected records count too: the check is whether the sender's own figures agree with each other.
    if (rules.uses !== 0 && cells.isUsable(rules.uses)) context?.sum.add(cells.text(rules.uses));
    if (!findings.recordIsSound || context === undefined) return;
    this.accepted += 1;
    const from = rules.start !== 0 && cells.isUsable(rules.start) ? daysOf(cells.text(rules.start)).first : null;
    const { model: commercialModel, use: useType, territory } = context;
    const isrc = recording?.isrc ?? null;
    this.receiver.use?.({ lineNumber, commercialModel, useType, territory, isrc, from, ...counts });
  }

  private countsOf(rules: BlockRules, cells: Cells): { usages: bigint; returns: bigint } {
    const usages = this.countIn(cells, rules.uses);
    const returns = this.countIn(cells, rules.returns);
    if (returns > usages && this.receiver.use !== undefined) {
      const message = `of ${usages} uses ${returns} cannot be given back`;
      this.findings.add('returns-exceed-usages', message, { cell: rules.returns, value: String(returns) });
    }
    return { usages, returns };
  }

  /** Zero where the record counts nothing of the kind. The standard lets some records share a use out; whoever counts uses cannot. */
  private countIn(cells: Cells, cell: number): bigint {
    if (cell === 0 || !cells.isUsable(cell)) return 0n;
    const text = cells.text(cell);
    const count = wholeCount(text);
    if (this.receiver.use !== undefined) {
      const place = { cell, value: text };
      if (count === undefined) this.findings.add('cell-not-whole', 'parts of a use cannot be counted', place);
      else if (count > COUNT_MAX) this.findings.add('cell-out-of-range', `at most ${COUNT_MAX} can be counted`, place);
    }
    return count ?? 0n;
  }

  /** The recording that was used: of the block, or of the record itself where there are no blocks. */
  private recordingOf(rules: BlockRules, cells: Cells): Pick<Referred, 'isrc'> | undefined {
    if (rules.transactedResource !== 0) return this.transacted(rules, cells);
    if (rules.block === 0) return { isrc: firstIsrc(cells, rules.isrc) };
    const { dspResource: cell } = rules;
    if (!cells.isUsable(cell)) return undefined;
    const value = cells.text(cell);
    const recording = this.order.references.ofItem(value);
    if (!recording.sound) this.noteRejected('resource', cell, value);
    return recording;
  }

  private contextOf({ kind, family, summary, controller }: BlockRules, cells: Cells): Context | undefined {
    if (summary === 0) return undefined;
    if (cells.isEmpty(summary) && kind === 'usage') return this.onlyContext(summary);
    if (!cells.isUsable(summary)) return undefined;
    const { findings } = this;
    const id = cells.text(summary);
    const context = this.summaries.find(id);
    if (context === undefined) {
      findings.add('unknown-summary-record', 'no summary record has this SummaryRecordId', {
        cell: summary,
        value: id,
      });
    } else if (context.rejected) {
      const message = 'a summary record with this SummaryRecordId was rejected';
      findings.add('summary-record-rejected', message, { cell: summary, value: id });
    } else if (family === 'LI01' && cells.isUsable(controller)) {
      const who = cells.text(controller);
      if (context.controllers.size > 0 && !context.controllers.has(who)) {
        const message = 'no summary record with this id names this rights controller';
        findings.add('unknown-rights-controller', message, { cell: controller, value: who });
      }
    }
    return context;
  }

  /** A use that names no summary is of the only one that there is. */
  private onlyContext(cell: number): Context | undefined {
    const { findings } = this;
    const { only } = this.summaries;
    if (!findings.recordIsSound) return only;
    if (only === undefined) {
      findings.add('cell-missing', 'SummaryRecordId is needed where there is not exactly one summary', { cell });
    } else if (only.rejected) {
      findings.add('summary-record-rejected', 'the only summary record was rejected', { cell });
    }
    return only;
  }

  /** Ids of transactions are unique in their block, or in the file where there are no blocks. */
  private checkTransaction({ block, transaction }: BlockRules, cells: Cells): void {
    if (transaction === 0 || !cells.isUsable(transaction)) return;
    const value = cells.text(transaction);
    const id = Buffer.from(block === 0 ? value : `${cells.raw(block)}\t${value}`);
    if (this.seen.add(id, 0, id.length)) return;
    const message = `an earlier record of this ${block === 0 ? 'report' : 'block'} has the same SalesTransactionId`;
    this.findings.add('duplicate-sales-transaction', message, { cell: transaction, value });
  }

  private transacted({ transactedRelease, transactedResource }: BlockRules, cells: Cells): Referred | undefined {
    const { findings, order } = this;
    if (cells.isEmpty(transactedRelease) === cells.isEmpty(transactedResource)) {
      const message = 'exactly one of TransactedRelease and TransactedResource must be given';
      findings.add('transacted-not-exactly-one', message, { cell: transactedRelease });
      return undefined;
    }
    const kind = cells.isEmpty(transactedRelease) ? 'resource' : 'release';
    const cell = kind === 'release' ? transactedRelease : transactedResource;
    if (!cells.isUsable(cell)) return undefined;
    const value = cells.text(cell);
    const found = order.references.find(kind, value);
    if (found === 'unknown') {
      findings.add('unknown-reference', `the block has no such ${kind}`, { cell, value });
      return undefined;
    }
    if (!found.sound) this.noteRejected(kind, cell, value);
    return found;
  }

  private noteRejected(kind: 'release' | 'resource', cell: number, value: string): void {
    this.findings.add('reference-rejected', `the ${kind} with this reference was rejected`, { cell, value });
  }

  private checkPeriod({ start, end }: BlockRules, cells: Cells, head: Head | null): void {
    if (start === 0 || !cells.isUsable(start) || !cells.isUsable(end)) return;
    const from = daysOf(cells.text(start)).first;
    const to = daysOf(cells.text(end)).last;
    if (from > to) {
      this.findings.add('period-reversed', 'the period of validity ends before it starts', { cell: end, value: to });
    } else if (head !== null && (from < head.usageStart || to > head.usageEnd)) {
      const message = `the report is about ${head.usageStart} to ${head.usageEnd}`;
      this.findings.add('period-outside-report', message, { cell: start, value: from });
    }
  }
}

/** Undefined for what is no count. */
function wholeCount(text: string): bigint | undefined {
  const decimal = canonicalDecimal(text);
  return /^\d+$/.test(decimal) ? BigInt(decimal) : undefined;
}
