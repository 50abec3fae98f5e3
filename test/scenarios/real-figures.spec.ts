import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { recordCompanyReportWriter, type UsageCells } from '../../src/ddex';
import { monthPeriod } from '../../src/kernel';
import { accept, signByBoth } from '../../src/sample/deal';
import type { SampleParties } from '../../src/sample/parties';
import { storyTerms } from '../../src/sample/terms';
import { startTestApp, type TestApp } from '../support/app';
import { sharedFile } from '../support/shared-files';

/** Real daily stream counts of July to September 2019 (test input only; see the folder's own notes on sources). */
const folder = sharedFile('data/usage');
const present = existsSync(join(folder, 'spotify_track_information.csv'));
const months = ['2019-07', '2019-08', '2019-09'] as const;

interface DailyStreams {
  readonly date: string;
  readonly spotify_track_id: string;
  readonly streams_us: string;
}

interface TrackInformation {
  readonly track_ID: string;
  readonly Track: string;
  readonly Artist: string;
  readonly duration_ms: string;
}

const read = <Row>(file: string): Row[] =>
  parse(readFileSync(join(folder, file)), { columns: true, bom: true, relax_quotes: true }) as Row[];

(present ? describe : describe.skip)('a quarter of real streams', () => {
  let world: TestApp;
  const tracks = present ? read<TrackInformation>('spotify_track_information.csv') : [];
  const isrcs = new Map(
    tracks.map(({ track_ID }, index) => [track_ID, `ZZSPT19${String(index + 1).padStart(5, '0')}`]),
  );
  const daily = new Map(
    months.map((month) => [month, present ? read<DailyStreams>(`spotify_us_top200_daily_streams_${month}.csv`) : []]),
  );

  beforeAll(async () => {
    world = await startTestApp({ at: '2019-06-01T09:00:00Z', worker: true });
  });
  afterAll(() => world.close());

  it('becomes a catalogue, an agreement and three reports whose sums equal those of the source', async () => {
    const label = await world.given.label('Real Figures Records');
    const platform = await world.given.platform('Real Figures Network');
    const { id: serviceId } = await platform.as.post<{ id: string }>('/v1/services', { name: 'Top 200' });
    const service = { id: serviceId, name: 'Top 200' };
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const rows = tracks.map(({ track_ID, Track, Artist, duration_ms }) =>
      [
        isrcs.get(track_ID)!,
        cell(Track),
        '',
        cell(Artist.replaceAll('|', '/')),
        String(Math.round(Number(duration_ms) / 1000)),
        '',
        '',
        '',
        '',
      ].join(','),
    );
    const csv = `isrc,title,version,artists,duration,release,upc,p_line,genre\n${rows.join('\n')}\n`;
    const imported = await label.as.upload<{ id: string; rowsAccepted: number; rowsRejected: number }>(
      '/v1/catalogue/imports',
      'text/csv',
      csv,
    );
    expect(imported).toMatchObject({ rowsAccepted: 718, rowsRejected: 0 });
    await label.as.post('/v1/rights-statements', {
      importId: imported.id,
      share: '1',
      territories: { worldwideExcept: [] },
      from: '2019-01-01',
    });

    const parties: SampleParties = {
      operator: { email: '', password: '' },
      label: {
        organizationId: label.organizationId,
        name: 'Real Figures Records',
        first: label,
        second: label,
        apiKey: '',
      },
      platform: {
        organizationId: platform.organizationId,
        name: 'Real Figures Network',
        first: platform,
        second: platform,
        apiKey: '',
        services: [service],
      },
    };
    const terms = {
      ...(storyTerms(
        {
          label: { id: label.organizationId, name: parties.label.name },
          platform: { id: platform.organizationId, name: parties.platform.name },
          services: [service],
          claims: [],
        },
        2,
        [...isrcs.values()],
      ) as Record<string, unknown>),
      term: { from: '2019-07-01', until: '2020-07-01' },
    } as unknown as Record<string, unknown> & { grants: { territories: object }[] };
    for (const grant of terms.grants) grant.territories = { include: ['US'] };
    delete terms.settlement;
    const negotiation = await label.as.post<{
      id: string;
      state: string;
      latestRevision: number;
      agreementId: string | null;
    }>('/v1/negotiations', {
      counterpartyId: platform.organizationId,
      terms,
    });
    const { agreementId } = await accept(platform.as, negotiation, 1);
    await signByBoth(world.url, parties, agreementId!);

    const partyIds = await world.superuser();
    const { rows: ids } = await partyIds.query<{ id: string; party_id: string }>(
      'SELECT id, party_id FROM organizations',
    );
    await partyIds.end();
    const partyIdOf = (id: string): string => ids.find((row) => row.id === id)!.party_id;

    for (const month of months) {
      world.clock.moveTo(new Date(`${month}-28T09:00:00Z`));
      const sender = await world.given.signIn(platform);
      const file = await reportOf(month, daily.get(month)!, {
        sender: partyIdOf(platform.organizationId),
        recipient: partyIdOf(label.organizationId),
      });
      const { id, operationId } = await sender.upload<{ id: string; operationId: string }>(
        '/v1/usage-reports',
        'text/tab-separated-values',
        file,
      );
      await untilDone(sender, operationId);
      const report = await sender.get<Record<string, unknown>>(`/v1/usage-reports/${id}`);
      expect(report).toMatchObject({
        state: 'accepted',
        linesRejected: '0',
        linesAccepted: String(daily.get(month)!.length),
      });
    }

    const reader = await world.given.signIn(label);
    for (const month of months) {
      const [report] = await reader.all<{ id: string }>(`/v1/usage-reports?month=${month}`);
      const path = `/v1/usage-reports/${report!.id}/sums?agreementId=${agreementId}`;
      const sums = await reader.all<{ isrc: string; quantity: string }>(path);
      const expected = new Map<string, bigint>();
      for (const { spotify_track_id, streams_us } of daily.get(month)!) {
        const isrc = isrcs.get(spotify_track_id)!;
        expected.set(isrc, (expected.get(isrc) ?? 0n) + BigInt(streams_us));
      }
      expect(new Map(sums.map(({ isrc, quantity }) => [isrc, BigInt(quantity)]))).toEqual(expected);
    }
  });

  async function reportOf(
    month: string,
    days: readonly DailyStreams[],
    parties: { sender: string; recipient: string },
  ): Promise<string> {
    const total = days.reduce((sum, { streams_us }) => sum + BigInt(streams_us), 0n);
    const zero = '0';
    const lastDay = days
      .map(({ date }) => date)
      .sort()
      .at(-1)!;
    const { from } = monthPeriod(month);
    const end = `${month}-${new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate()}`;
    expect(lastDay <= end).toBe(true);
    const money = {
      AllocatedRevenueInCurrencyOfTransaction: zero,
      AllocatedRevenueInCurrencyOfAccounting: zero,
      AllocatedNetRevenueInCurrencyOfTransaction: zero,
      AllocatedNetRevenueInCurrencyOfAccounting: zero,
    };
    const writer = recordCompanyReportWriter({
      head: {
        MessageId: `REAL-${month}`,
        MessageCreatedDateTime: `${month}-28T00:00:00Z`,
        UsageStartDate: from,
        UsageEndDate: end,
        SenderPartyId: parties.sender,
        SenderName: 'Real Figures Network',
        ServiceDescription: 'Top 200',
        RecipientPartyId: parties.recipient,
        RecipientName: 'Real Figures Records',
      } as never,
      contexts: [
        {
          SummaryRecordId: 'S1',
          CommercialModel: 'AdvertisementSupportedModel',
          UseType: 'OnDemandStream',
          ReportingPeriodStartDate: from,
          ReportingPeriodEndDate: end,
          Territory: 'US',
          Usages: String(total * 3n),
          AllocatedUsages: String(total),
          Returns: zero,
          MusicUsageRatio: '1',
          CurrencyOfTransaction: 'USD',
          CurrencyOfAccounting: 'USD',
          ExchangeRate: '1',
          DeductionsInCurrencyOfTransaction: [zero],
          DeductionsInCurrencyOfAccounting: [zero],
          NetRevenueInCurrencyOfTransaction: zero,
          NetRevenueInCurrencyOfAccounting: zero,
          ...money,
          SubscriptionFeeInCurrencyOfAccounting: zero,
          FinalTotalAmountInCurrencyOfTransaction: zero,
          FinalTotalAmountInCurrencyOfAccounting: zero,
        } as never,
      ],
    });
    const lines = days.map(
      ({ date, spotify_track_id, streams_us }, index) =>
        ({
          SalesTransactionId: `T${index + 1}`,
          DspReleaseId: spotify_track_id,
          ResourceISRC: isrcs.get(spotify_track_id)!,
          DspResourceId: spotify_track_id,
          SummaryRecordId: 'S1',
          SalesTransactionDate: date,
          TotalUsages: streams_us,
          Returns: zero,
          NetUsage: streams_us,
          PriceType: 'Standard',
          RightSharePercentage: '100',
          CalculatedUnitPriceInCurrencyOfTransaction: zero,
          CalculatedUnitPriceInCurrencyOfAccounting: zero,
          ...money,
          CopyrightObligationWithDSP: 'true',
        }) as unknown as UsageCells,
    );
    let text = '';
    for await (const chunk of writer.chunks(lines)) text += chunk;
    return text;
  }
});

async function untilDone(client: { get<T>(path: string): Promise<T> }, operationId: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const { state, problem } = await client.get<{ state: string; problem: unknown }>(`/v1/operations/${operationId}`);
    if (state === 'done') return;
    if (state === 'failed') throw new Error(JSON.stringify(problem));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the report was not read within 20 seconds');
}
