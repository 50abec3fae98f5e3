import { monthPeriod } from '../../src/kernel';
import { sampleContext, sampleHead, sampleLine, written } from '../unit/ddex/samples';

export interface SmallReport {
  readonly messageId: string;
  /** "2026-01" */
  readonly month: string;
  readonly senderPartyId: string;
  readonly recipientPartyId: string;
  readonly serviceName: string;
  /** Plays in Russia per ISRC, supported by advertising. */
  readonly plays: Readonly<Record<string, number>>;
  /** Downloads in Russia per ISRC: sold, and given back. */
  readonly downloads?: Readonly<Record<string, readonly [sold: number, returned: number]>>;
  /** What the lines of an ISRC call the recording. */
  readonly names?: Readonly<Record<string, readonly [title: string, artist: string]>>;
  /** Plays of all music on the service. */
  readonly allPlays: number;
}

/** A sound report of one service's month with a line per recording: small enough to check by hand. */
export function smallReport(report: SmallReport): Promise<string> {
  const { from, until } = monthPeriod(report.month);
  const lastDay = new Date(Date.parse(until) - 86_400_000).toISOString().slice(0, 10);
  const period = { ReportingPeriodStartDate: from, ReportingPeriodEndDate: lastDay };
  const plays = Object.entries(report.plays).map(([isrc, count]) => ({ isrc, sold: count, returned: 0 }));
  const downloads = Object.entries(report.downloads ?? {}).map(([isrc, [sold, returned]]) => ({
    isrc,
    sold,
    returned,
  }));
  const total = (rows: readonly { sold: number; returned: number }[], what: 'sold' | 'returned'): string =>
    String(rows.reduce((sum, row) => sum + row[what], 0));
  const lines = (context: string, rows: typeof plays) =>
    rows.map(({ isrc, sold, returned }, index) =>
      sampleLine({
        SalesTransactionId: `${context}-${index + 1}`,
        ResourceISRC: isrc,
        ...(report.names?.[isrc] !== undefined && {
          ResourceTitle: report.names[isrc][0],
          ResourceDisplayArtistName: report.names[isrc][1],
        }),
        SummaryRecordId: context,
        SalesTransactionDate: from,
        TotalUsages: String(sold),
        Returns: String(returned),
        NetUsage: String(sold - returned),
      }),
    );
  return written({
    head: {
      ...sampleHead,
      MessageId: report.messageId,
      UsageStartDate: from,
      UsageEndDate: lastDay,
      SenderPartyId: report.senderPartyId,
      ServiceDescription: report.serviceName,
      RecipientPartyId: report.recipientPartyId,
      RecipientName: 'The label',
    },
    contexts: [
      sampleContext({ ...period, Usages: String(report.allPlays), AllocatedUsages: total(plays, 'sold') }),
      sampleContext({
        ...period,
        SummaryRecordId: 'S2',
        CommercialModel: 'PayAsYouGoModel',
        UseType: 'PermanentDownload',
        Usages: total(downloads, 'sold'),
        AllocatedUsages: total(downloads, 'sold'),
        Returns: total(downloads, 'returned'),
      }),
    ],
    lines: [...lines('S1', plays), ...lines('S2', downloads)],
  });
}
