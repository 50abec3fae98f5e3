import { Injectable } from '@nestjs/common';
import { getLivingAsOf, type LivingAgreement } from '../../../agreements';
import { type ClauseLine, periodNameOfMonth, territoryCode, termsOfMonth, useAndModelOf } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { KeptReadings, type ProofOrder, ProveSum, type SumKey, type SumProof, type UsageBasis } from '../../../usage';
import { countsThroughLife, CountedMonths, type RatedUsage } from '../../facts/counted-months';
import { clauseLinesOf, type StatedRestatement } from '../clause-lines';
import type { StoredLine } from '../lines.repository';
import { rateMonth } from '../rate-close';
import { getStatement, type Statement, statedMonths } from '../statements.repository';
import { bookingOf, lineNumbered, type ProvedBooking, sumsOfBases } from './proved-line.repository';

/** So much of stored reports is looked through while somebody waits for the answer; more is work to follow. */
export const bytesAtOnce = 8 * 1024 * 1024;
/** A month of more sums is not rated again to show how its clause came out. */
const ratedMax = 100_000;

/** A line with all that leads to it, as far as a transaction is needed. */
export interface LineOrder {
  readonly statement: Statement;
  readonly line: StoredLine;
  readonly agreement: LivingAgreement;
  /** "2026-01": the first of its period. */
  readonly month: string;
  readonly key: SumKey | undefined;
  readonly booking: ProvedBooking;
  readonly counted: ProofOrder;
  readonly corrected: ProofOrder | null;
  /** Of a correction: what both readings say, to rate both again; null where that is too much. */
  readonly both: { readonly counted: RatedUsage; readonly corrected: RatedUsage } | null;
}

/** How a clause came out in a month, as the kernel says it; null where it is not worked out again. */
export interface ClauseProof {
  readonly counted: ClauseLine | null;
  readonly corrected: ClauseLine | null;
}

export interface LineProof extends Pick<LineOrder, 'statement' | 'line' | 'month' | 'key' | 'booking'> {
  /** What the period of the line is called. */
  readonly period: string;
  readonly clause: ClauseProof;
  readonly restatement: StatedRestatement | null;
  readonly counted: SumProof;
  readonly corrected: SumProof | null;
}

/** A line of a statement, for whoever may see it. Refuses with not-found. */
export async function statedLine(
  tx: Tx,
  statementId: string,
  number: string,
): Promise<Pick<LineOrder, 'statement' | 'line'>> {
  const statement = await getStatement(tx, statementId);
  const line = await lineNumbered(tx, statement, number);
  if (line === undefined) throw new DomainError('not-found');
  return { statement, line };
}

/** From a line of a statement to its clause, the sums that went into it, and the reports, lines and events that these are made of. */
@Injectable()
export class ProveLine {
  constructor(
    private readonly readings: KeptReadings,
    private readonly proveSum: ProveSum,
  ) {}

  /** Refuses with not-found. With `rates` a correction is prepared to be rated in both readings. */
  async prepare(tx: Tx, statementId: string, number: string, { rates }: { rates: boolean }): Promise<LineOrder> {
    const stated = await statedLine(tx, statementId, number);
    // The statement is the actor's to see, and so is whatever it is made of: of an auditor's months that may be earlier ones.
    return tx.asSystem(() => this.orderOf(tx, { ...stated, rates }));
  }

  private async orderOf(
    tx: Tx,
    { statement, line, rates }: Pick<LineOrder, 'statement' | 'line'> & { readonly rates: boolean },
  ): Promise<LineOrder> {
    const agreement = await getLivingAsOf(tx, statement.agreement_id, statement.issued_at);
    const month = line.period.slice(0, 7);
    const key = keyOfLine(line);
    const booking = await bookingOf(tx, statement, line.period);
    const orderOf = (basis: UsageBasis): Promise<ProofOrder> =>
      this.proveSum.prepare(tx, { agreement, month, basis, key });
    return {
      statement,
      line,
      agreement,
      month,
      key,
      booking,
      counted: await orderOf(booking.counted),
      corrected: booking.corrected && (await orderOf(booking.corrected)),
      both: rates && booking.corrected !== null ? await this.bothReadings(tx, agreement, { statement, month }) : null,
    };
  }

  /** Reads stored files, and rates: needs no transaction. */
  async prove(order: LineOrder, asked: { limit: number; bytesMax: number }): Promise<LineProof> {
    const { statement, line, month, key, booking } = order;
    const name = periodNameOfMonth(order.agreement.life, month);
    const clauseLines = clauseLinesOf(statement);
    const restatement = clauseLines.restatements.find(({ period }) => period === name) ?? null;
    return {
      statement,
      line,
      month,
      period: name,
      key,
      booking,
      restatement,
      clause:
        booking.corrected === null
          ? { counted: clauseLines.clauses.find(({ clause }) => clause === line.clause) ?? null, corrected: null }
          : ratedBoth(order),
      counted: await this.proveSum.prove(order.counted, asked),
      corrected: order.corrected && (await this.proveSum.prove(order.corrected, asked)),
    };
  }

  private async bothReadings(
    tx: Tx,
    agreement: LivingAgreement,
    { statement, month }: Pick<LineOrder, 'statement' | 'month'>,
  ): Promise<LineOrder['both']> {
    const { before, after } = await statedMonths(tx, statement);
    const countsOn = countsThroughLife(agreement.life);
    for (const bases of [after, before]) {
      const rated = new Map([...bases].filter(([of]) => of === month || (countsOn && of < month)));
      if ((await sumsOfBases(tx, agreement, rated)) > ratedMax) return null;
    }
    const months = new CountedMonths(tx, this.readings, agreement);
    return {
      counted: await months.rated(month, after.get(month)!, after),
      corrected: await months.rated(month, before.get(month)!, before),
    };
  }
}

/** What a line is of; undefined where its clause owes it to no recording. */
export function keyOfLine({
  isrc,
  service_id,
  territory,
  use_model,
  controlled_share,
  used_on,
  reported_on,
}: StoredLine): SumKey | undefined {
  if (isrc === null || service_id === null || territory === null || use_model === null) return undefined;
  const place = { service: service_id, territory: territoryCode(territory), ...useAndModelOf(use_model) };
  return {
    ...{ isrc, ...place },
    ...(controlled_share === null ? {} : { controlledShare: controlled_share }),
    ...(used_on === null ? {} : { usedOn: used_on }),
    ...(reported_on === null ? {} : { reportedOn: reported_on }),
  };
}

function ratedBoth({ agreement, month, line, both }: LineOrder): ClauseProof {
  if (both === null) return { counted: null, corrected: null };
  const terms = termsOfMonth(agreement.life, month);
  const clauseIn = (usage: RatedUsage): ClauseLine | null =>
    rateMonth(terms, month, usage).clauses.find(({ clause }) => clause === line.clause) ?? null;
  return { counted: clauseIn(both.counted), corrected: clauseIn(both.corrected) };
}
