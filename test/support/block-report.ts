import { DsrWriter, type NamedCells, type RecordCode } from '../../src/ddex';
import { monthPeriod } from '../../src/kernel';
import type { SmallReport } from './small-report';

/** The same usage in a profile with blocks: one for each recording, downloads after the others. */
export interface BlockReport extends Omit<SmallReport, 'allPlays'> {
  readonly profile?: 'BasicAudioProfile' | 'UGCProfile' | 'BasicAudioProfileSRB';
  /** What the summary of the plays claims; their sum where nothing is said. */
  readonly allPlays?: number;
  /** Of a report of several files. */
  readonly part?: {
    readonly number: number;
    readonly of: number;
    readonly firstBlock: number;
    readonly report?: NamedCells;
  };
}

/** A sound report of one service's month with a block for each recording. Small enough to check by hand. */
export function blockReport(report: BlockReport): string {
  const { part, profile = 'BasicAudioProfile' } = report;
  const writer = new DsrWriter();
  const lines = [head(report), ...summaries(report), ...blocks(report, profile)];
  const written = lines.map(([code, cells]) => writer.write(code, cells));
  const end = writer.end(part?.report);
  const faults = [...written, end].flatMap((record) => record.faults);
  if (faults.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(faults));
  return [...written, end].map(({ text }) => text).join('');
}

type Given = readonly [RecordCode, NamedCells];

function head({ month, part, profile = 'BasicAudioProfile', ...report }: BlockReport): Given {
  const { from, until } = monthPeriod(month);
  return [
    'HEAD',
    {
      MessageVersion: 'dsrf/1.3/1.2/1.2',
      Profile: profile,
      ProfileVersion: '1.2',
      MessageId: report.messageId,
      MessageCreatedDateTime: '2026-02-05T09:00:00Z',
      FileNumber: String(part?.number ?? 1),
      NumberOfFiles: String(part?.of ?? 1),
      UsageStartDate: from,
      UsageEndDate: new Date(Date.parse(until) - 86_400_000).toISOString().slice(0, 10),
      SenderPartyId: report.senderPartyId,
      SenderName: 'The platform',
      ServiceDescription: report.serviceName,
      RecipientPartyId: report.recipientPartyId,
      RecipientName: 'The label',
    },
  ];
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

function summaries({ serviceName, plays, downloads = {}, allPlays = sum(Object.values(plays)) }: BlockReport): Given[] {
  const place = { Territory: 'RU', ServiceDescription: serviceName, CurrencyOfReporting: 'USD' };
  const streams = { CommercialModel: 'AdvertisementSupportedModel', UseType: 'OnDemandStream' };
  const sales = { CommercialModel: 'PayAsYouGoModel', UseType: 'PermanentDownload' };
  const sold = Object.values(downloads);
  const played: Given = [
    'SY02.02',
    {
      SummaryRecordId: 'S1',
      ...streams,
      ...place,
      Usages: String(allPlays),
      NetRevenue: '50.00',
      ContentCategory: 'Music',
    },
  ];
  if (sold.length === 0) return [played];
  const uses = String(sum(sold.map(([count]) => count)));
  return [played, ['SY01.01', { SummaryRecordId: 'S2', ...sales, ...place, Usages: uses, NetRevenue: '3.00' }]];
}

function blocks({ plays, downloads = {}, names = {}, part }: BlockReport, profile: string): Given[] {
  const first = part?.firstBlock ?? 1;
  const used = Object.entries(plays).map(([isrc, count]): [string, (at: object) => Given] => [
    isrc,
    (at) => useOf(profile, { ...at, Usages: String(count), NumberOfStreams: String(count) }),
  ]);
  const sold = Object.entries(downloads).map(([isrc, [count, returned]]): [string, (at: object) => Given] => [
    isrc,
    (at) => saleOf(profile, { ...at, SummaryRecordId: 'S2', Usages: String(count), Returns: String(returned) }),
  ]);
  return [...used, ...sold].flatMap(([isrc, use], index): Given[] => {
    const block = String(first + index);
    const [title, artist] = names[isrc] ?? ['A song', 'A singer'];
    const resource = { DspResourceId: `D-${isrc}`, ISRC: isrc, ResourceType: 'SoundRecording' };
    if (profile.endsWith('SRB'))
      return [use({ ...resource, ResourceTitle: title, ResourceDisplayArtistName: artist, block })];
    return [
      [
        'AS02.02',
        { BlockId: block, ResourceReference: 'A1', ...resource, ISRC: [isrc], Title: title, DisplayArtistName: artist },
      ],
      use({ BlockId: block, DspResourceId: `D-${isrc}`, TransactedResource: 'A1', block }),
    ];
  });
}

interface UseCells {
  readonly block?: string;
  readonly [name: string]: unknown;
}

function useOf(profile: string, { block = '', NumberOfStreams, Usages, ...cells }: UseCells): Given {
  const common = { SalesTransactionId: `T${block}`, SummaryRecordId: 'S1' };
  if (profile === 'UGCProfile') {
    const { TransactedResource: _, ...item } = cells;
    return ['SU03.02', { ...item, ...common, SalesTransactionId: 'T1', Usages, NetRevenue: '0.02' } as NamedCells];
  }
  if (profile === 'BasicAudioProfile') {
    const { DspResourceId: _, ...transacted } = cells;
    return ['SU02', { ...transacted, ...common, NumberOfStreams } as NamedCells];
  }
  const release = { ReleaseDisplayArtistName: 'A singer', ReleaseTitle: 'Songs' };
  return ['SR02', { ...cells, ...common, ...release, IsRoyaltyBearing: 'true', NumberOfStreams } as NamedCells];
}

function saleOf(profile: string, { block = '', ...cells }: UseCells): Given {
  if (profile !== 'BasicAudioProfile') throw new Error(`${profile} tells no downloads here`);
  const { DspResourceId: _, ...sale } = cells;
  return [
    'SU01',
    { ...sale, SalesTransactionId: `T${block}`, IsRoyaltyBearing: 'true', SalesUpgrade: 'false' } as NamedCells,
  ];
}
