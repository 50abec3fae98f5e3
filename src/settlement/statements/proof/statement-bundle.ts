import { Injectable } from '@nestjs/common';
import { getLivingAsOf, type LivingAgreement } from '../../../agreements';
import {
  BundleLines,
  type BundleReading,
  STATEMENT_BUNDLE_SCHEMA,
  STATEMENT_BUNDLE_SEAL_TYPE,
} from '../../../evidence';
import { canonicalText, termsHash } from '../../../kernel';
import type { Actor } from '../../../platform/auth/actor';
import { Keyring } from '../../../platform/keyring/keyring';
import { detachedSeal } from '../../../platform/keyring/signed-text';
import type { Tx } from '../../../platform/database/tx';
import { type MonthSource, SumsOfMonth, type UsageBasis } from '../../../usage';
import { countsThroughLife, heldSalesOf, type RatedUsage } from '../../facts/counted-months';
import { closeFactsOf } from '../../facts/facts.repository';
import { withOwnFigures } from '../../facts/month-of-record';
import type { Reading } from '../formats/lines-csv';
import { signedStatement } from '../formats/signed-statement';
import { type StatementFacts, statementFacts } from '../formats/statement-facts';
import { factsStated } from '../clause-lines';
import { contextFile, factsFile } from '../statement-inputs';
import { periodNameOf, statedMonths, type Statement } from '../statements.repository';

/** A month that a statement counts, in one reading. */
interface CountedMonth {
  readonly reading: BundleReading;
  readonly source: MonthSource;
  /** Of a month that is rated again: what reserves on sales held back of it. */
  readonly held: Pick<RatedUsage, 'heldSales'>;
}

export interface BundleOrder {
  readonly facts: StatementFacts;
  readonly months: readonly CountedMonth[];
  /** What neither contract nor usage said, where there was anything. */
  readonly told: { readonly facts?: object };
}

const sealed = { purpose: 'statement', typ: STATEMENT_BUNDLE_SEAL_TYPE } as const;

/** So much text is handed on at once. */
const textAtOnce = 64 * 1024;

/**
 * A statement with all that it was made of, as JSON Lines: whoever has it works the statement out again with nothing else. It is written as it is read, so memory does
 * not grow with the usage; that is read from kept files, without a transaction.
 */
@Injectable()
export class StatementBundle {
  constructor(
    private readonly keyring: Keyring,
    private readonly sums: SumsOfMonth,
  ) {}

  /** Refuses with not-found. */
  async prepare(tx: Tx, actor: Pick<Actor, 'organizationId'>, id: string): Promise<BundleOrder> {
    const facts = await statementFacts(tx, actor, id);
    return tx.asSystem(async () => {
      const { statement, terms } = facts;
      const agreement = await getLivingAsOf(tx, statement.agreement_id, statement.issued_at);
      const stated = await closeFactsOf(tx, agreement, statement.month.slice(0, 7));
      const told = factsFile({ ...stated, ...factsStated(facts.clauseLines, terms.currency) }, terms);
      return { facts, told, months: await this.monthsOf(tx, agreement, statement) };
    });
  }

  private async monthsOf(tx: Tx, agreement: LivingAgreement, statement: Statement): Promise<CountedMonth[]> {
    const { before, after, restated } = await statedMonths(tx, statement);
    const months: CountedMonth[] = [];
    for (const [month, counted] of after) {
      const reading = async (as: BundleReading, basis: UsageBasis): Promise<void> => {
        const source = await this.sums.prepare(tx, agreement, month, basis);
        const context = await withOwnFigures(tx, agreement, month, source.context);
        const held = restated.includes(month) ? await heldSalesOf(tx, agreement, month) : {};
        months.push({ reading: as, source: { ...source, context }, held });
      };
      const isOwn = month === statement.month.slice(0, 7);
      if (isOwn || restated.includes(month)) await reading('counted', counted);
      // A counter of the term reads every month before.
      else if (countsThroughLife(agreement.life)) await reading('earlier', counted);
      if (restated.includes(month)) await reading('corrected', before.get(month)!);
    }
    return months;
  }

  /** `read` is for the lines of the statement, whose hash is under its seal. */
  async *text(read: Reading, order: BundleOrder): AsyncGenerator<string> {
    let waiting = '';
    for await (const line of this.lines(read, order)) {
      waiting += line;
      if (waiting.length < textAtOnce) continue;
      yield waiting;
      waiting = '';
    }
    yield waiting;
  }

  private async *lines(read: Reading, { facts, told, months }: BundleOrder): AsyncGenerator<string> {
    const { statement, terms } = facts;
    const about = { agreement: statement.agreement_id, statement: statement.id };
    const lines = new BundleLines();
    const month = periodNameOf(statement);
    yield lines.line({ record: 'bundle', schema: STATEMENT_BUNDLE_SCHEMA, ...about, month });
    const signed = JSON.parse(await signedStatement(read, this.keyring, facts)) as object;
    yield lines.line({ record: 'signed', ...signed });
    yield lines.line({ record: 'terms', period: month, terms });
    yield lines.line({ record: 'carried', in: statement.carried_in, out: statement.carried_out });
    if (told.facts !== undefined) yield lines.line({ record: 'facts', facts: told.facts });
    for (const { reading, source, held } of months) {
      const period = periodNameOf(statement, source.month);
      const place = { period, reading };
      const isOwn = termsHash(source.terms) === termsHash(terms);
      if (!isOwn && reading !== 'corrected') {
        yield lines.line({ record: 'terms', period, terms: source.terms });
      }
      yield lines.line({ record: 'month', ...place, ...held, ...contextFile(period, source.context) });
      yield* this.sumsOf(lines, place, source);
    }
    const end = lines.end(about);
    yield `${canonicalText({ record: 'end', ...end, seal: await detachedSeal(this.keyring, sealed, canonicalText(end)) })}\n`;
  }

  private async *sumsOf(
    lines: BundleLines,
    place: { readonly period: string; readonly reading: BundleReading },
    source: MonthSource,
  ): AsyncGenerator<string> {
    const { agreementId: agreement, reports, eventPosition } = source;
    for (const { report, files } of reports) {
      yield lines.line({
        ...{ record: 'report', ...place, agreement, report: report.id, message: report.message_id },
        files: files.map(({ number, file_sha256: sha256 }) => ({ number, sha256 })),
      });
      for await (const sum of this.sums.ofReport(source, report)) yield lines.usage(sum);
    }
    if (eventPosition === null) return;
    yield lines.line({ record: 'events', ...place, agreement, position: String(eventPosition) });
    for await (const sum of this.sums.ofEvents(source)) yield lines.usage(sum);
  }
}
