import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordCompanyReportWriter } from '../../src/ddex';
import { monthPeriod } from '../../src/kernel';
import type { ApiClient } from '../../src/sample/api-client';
import { sampleIcpn } from '../../src/sample/release-message';
import type { TestApp } from './app';
import { catalogueCsv, plainRows, testIsrc } from './catalogue';
import { type Party, stateAuthority } from './given';
import { signatureBy } from './market';
import { makeSigner } from './signing';
import { dealTerms, templateOf } from './terms';
import { sendEvents, usageEvent } from './usage-events';

/** One whole deal with something of every kind in it, told through the API. */
export interface World {
  readonly label: Party;
  readonly platform: Party;
  /** May act for the label. */
  readonly distributor: Party;
  readonly isrcs: readonly string[];
  /** One id of each kind of thing. */
  readonly ids: Readonly<Record<Thing, string>>;
  readonly serviceId: string;
  readonly reportText: string;
}

export type Thing =
  | 'import'
  | 'catalogue mapping'
  | 'release'
  | 'package'
  | 'saved query'
  | 'claim'
  | 'listing'
  | 'licence request'
  | 'delegation'
  | 'rights conflict'
  | 'negotiation'
  | 'draft'
  | 'attachment'
  | 'agreement'
  | 'usage report'
  | 'upload'
  | 'usage mapping'
  | 'usage inbox'
  | 'usage resolution'
  | 'operation'
  | 'ledger transaction'
  | 'statement'
  | 'invoice'
  | 'payout'
  | 'approval'
  | 'export'
  | 'api key'
  | 'signing key'
  | 'member'
  | 'signing authority'
  | 'simulation'
  | 'simulation file';

/** The clock stands at this moment while a world is told: January is over, and can be reported and closed. */
export const worldTime = '2026-02-05T09:00:00Z';

const day = { share: '1', territories: { worldwideExcept: [] }, from: '2020-01-01' };

/** Tells the story of world `number`. The app needs a worker, a rail and the clock at `worldTime`. */
export async function tellWorld(app: TestApp, number: number): Promise<World> {
  const isrcs = [1, 2, 3].map((track) => testIsrc(number * 100 + track));
  const label = await app.given.label();
  const platform = await app.given.platform();
  const distributor = await app.given.label();
  const service = await platform.as.post<{ id: string }>('/v1/services', { name: `Service of world ${number}` });
  const imported = await label.as.upload<{ id: string }>(
    '/v1/catalogue/imports',
    'text/csv',
    catalogueCsv(plainRows(3, number * 100 + 1).map((row) => ({ ...row, release: 'Three', upc: sampleIcpn(number) }))),
  );
  const released = await label.as.get<{ rows: [{ id: string }] }>('/v1/releases');
  const catalogueMapping = await label.as.post<{ id: string }>('/v1/catalogue-mappings', {
    name: 'Ours',
    mapping: { form: 'csv', columns: { isrc: 'isrc', title: 'title', artists: 'artists' } },
  });
  await label.as.post('/v1/rights-statements', { importId: imported.id, ...day });
  const packaged = await label.as.post<{ id: string }>('/v1/packages', { name: 'Everything', isrcs });
  const savedQuery = await label.as.post<{ id: string }>('/v1/saved-queries', { name: 'All', query: {} });
  const claim = await label.as.post<{ id: string }>('/v1/claims', claimBody(platform.organizationId, isrcs));
  const key = await label.as.post<{ id: string }>('/v1/api-keys', { name: 'Machine', roles: ['reader'] });
  const signer = makeSigner();
  const signingKey = await label.as.post<{ id: string }>('/v1/signing-keys', {
    name: 'Contracts',
    publicKey: signer.publicKey,
    proof: signer.proof(label.organizationId, app.clock.now().toISOString()),
  });
  const terms = dealTerms({
    labelId: label.organizationId,
    platformId: platform.organizationId,
    serviceIds: [service.id],
    isrcs,
  });
  const beginnings = await beginningsOf({ label, platform, distributor, packageId: packaged.id, terms });
  const open = (): Promise<{ id: string }> =>
    label.as.post('/v1/negotiations', { counterpartyId: platform.organizationId, terms });
  const agreement = await conclude(label, platform, await open());
  const negotiation = await open();
  const draft = await label.as.post<{ id: string }>('/v1/drafts', { negotiationId: negotiation.id, basedOn: 1, terms });
  for (const kind of ['messages', 'notes']) {
    await label.as.post(`/v1/negotiations/${negotiation.id}/${kind}`, { text: `Of world ${number}.` });
  }
  const attachment = await label.as.upload<{ id: string }>(
    `/v1/negotiations/${negotiation.id}/attachments?fileName=annex.txt`,
    'text/plain',
    `The annex of world ${number}.`,
  );
  const simulated = await simulate(label, negotiation.id, { serviceId: service.id, isrc: isrcs[0]! });
  const reportText = await januaryReport(app, { label, platform, serviceName: `Service of world ${number}`, isrcs });
  const report = await platform.as.upload<{ id: string; operationId: string }>(
    '/v1/usage-reports',
    'text/tab-separated-values',
    reportText,
  );
  await untilDone(platform.as, report.operationId);
  const tus = { 'tus-resumable': '1.0.0', 'upload-length': '9' };
  const begun = await platform.as.request('POST', '/v1/uploads', { headers: tus });
  const upload = begun.headers.get('location')!.split('/').at(-1)!;
  const mapping = await platform.as.post<{ id: string }>('/v1/usage-mappings', {
    name: 'Ours',
    mapping: {
      delimiter: ',',
      columns: { isrc: 'isrc', quantity: 'plays' },
      constants: { territory: 'KZ', use: 'OnDemandStream', model: 'AdvertisementSupportedModel' },
    },
  });
  const inbox = await platform.as.post<{ id: string }>('/v1/usage-inboxes', { name: 'Ours' });
  const {
    rows: [resolution],
  } = await platform.as.post<{ rows: [{ id: string }] }>(
    '/v1/usage-suspense/resolutions',
    resolutionBody(label.organizationId, { isrc: isrcs[0]! }),
  );
  const played = (id: string): object =>
    usageEvent({ serviceIds: [service.id], isrcs }, { id, source: `/players/${number}` });
  await sendEvents(platform.as, [played(randomUUID()), played('void')]);
  const named = [{ source: `/players/${number}`, id: 'void' }];
  await platform.as.post('/v1/usage-event-voids', { reason: 'A test of the player.', events: named });
  const closing = await label.as.post<{ id: string }>(`/v1/agreements/${agreement}/closes`, { month: '2026-01' });
  const statementId = await app.given.issued(label, (await untilDone(label.as, closing.id)).statementId!);
  const taxes = { tax: 'vat', rate: '0.2', source: 'The law', from: '2026-01-01' };
  await label.as.post(`/v1/agreements/${agreement}/tax-rates`, taxes);
  const exported = await label.as.post<{ id: string }>('/v1/exports', {});
  await untilDone(label.as, exported.id);
  const invoice = await paidInvoice(app, label.as, { purpose: 'advance' });
  await label.as.post('/v1/payment-accounts', {});
  const payout = await label.as.post<{ id: string; approvalId: string }>('/v1/payouts', { invoiceIds: [invoice] });
  const booked = await label.as.get<{ rows: [{ id: string }] }>(`/v1/agreements/${agreement}/ledger`);
  return {
    label,
    platform,
    distributor,
    isrcs,
    serviceId: service.id,
    reportText,
    ids: {
      import: imported.id,
      'catalogue mapping': catalogueMapping.id,
      release: released.rows[0].id,
      package: packaged.id,
      'saved query': savedQuery.id,
      claim: claim.id,
      ...beginnings,
      negotiation: negotiation.id,
      draft: draft.id,
      attachment: attachment.id,
      agreement,
      'usage report': report.id,
      upload,
      'usage mapping': mapping.id,
      'usage inbox': inbox.id,
      'usage resolution': resolution.id,
      operation: closing.id,
      'ledger transaction': booked.rows[0].id,
      statement: statementId,
      invoice,
      payout: payout.id,
      approval: payout.approvalId,
      export: exported.id,
      'api key': key.id,
      'signing key': signingKey.id,
      'rights conflict': await conflictOf(app, number),
      member: label.memberId,
      'signing authority': await stateAuthority(label, label.memberId),
      ...simulated,
    },
  };
}

/** Two labels of the world that state one recording whole. */
async function conflictOf(app: TestApp, number: number): Promise<string> {
  const isrc = testIsrc(number * 100 + 50);
  const [one, other] = [await app.given.label(), await app.given.label()];
  for (const { as } of [one, other]) {
    await as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(plainRows(1, number * 100 + 50)));
    await as.post('/v1/rights-statements', { isrcs: [isrc], ...day });
  }
  return (await one.as.get<{ rows: [{ id: string }] }>('/v1/rights-conflicts')).rows[0].id;
}

interface BeginningParts {
  readonly label: Party;
  readonly platform: Party;
  readonly distributor: Party;
  readonly packageId: string;
  readonly terms: ReturnType<typeof dealTerms>;
}

/** What a negotiation can begin with, and who may open it for the label. */
async function beginningsOf({
  label,
  platform,
  distributor,
  packageId,
  terms,
}: BeginningParts): Promise<Record<'listing' | 'licence request' | 'delegation', string>> {
  const listing = await label.as.post<{ id: string }>('/v1/listings', {
    packageId,
    template: templateOf(terms),
    visibility: 'one',
    platformIds: [platform.organizationId],
  });
  const request = await platform.as.post<{ id: string }>(
    '/v1/licence-requests',
    requestBody(
      label.organizationId,
      terms.services.map(({ id }) => id),
    ),
  );
  const delegation = await label.as.post<{ id: string }>('/v1/delegations', {
    distributorId: distributor.organizationId,
    scopes: ['catalogue', 'licensing'],
  });
  return { listing: listing.id, 'licence request': request.id, delegation: delegation.id };
}

export const resolutionBody = (
  counterpartyId: string,
  resolution: { readonly isrc: string; readonly reportedIsrc?: string; readonly serviceId?: string },
): object => ({
  counterpartyId,
  resolutions: [{ reportedIsrc: 'QMAAA2600001', reason: 'It was mistyped.', ...resolution }],
});

export const requestBody = (labelId: string, serviceIds: readonly string[]): object => ({
  labelId,
  repertoire: { query: 'Your 500 most played tracks', count: 500 },
  serviceIds,
  uses: ['OnDemandStream'],
  models: ['AdvertisementSupportedModel'],
  territories: { include: ['KZ', 'UZ'] },
  term: { from: '2026-03-01', until: '2027-03-01' },
});
/** A run of the label's own on a forecast, and a usage file: neither is shared. */
async function simulate(
  label: Party,
  negotiationId: string,
  { serviceId, isrc }: { serviceId: string; isrc: string },
): Promise<Record<'simulation' | 'simulation file', string>> {
  const path = `/v1/negotiations/${negotiationId}`;
  const run = await label.as.post<{ id: string }>(`${path}/simulations`, simulationBody());
  const file = await label.as.upload<{ id: string }>(
    `${path}/simulation-files`,
    'text/csv',
    `month,isrc,service,territory,use,model,quantity\n2026-01,${isrc},${serviceId},KZ,OnDemandStream,Unknown,1`,
  );
  return { simulation: run.id, 'simulation file': file.id };
}

export const simulationBody = (
  basis: object = { kind: 'forecast', from: '2026-01', months: 2, monthly: [{ plays: '1000', downloads: '10' }] },
): object => ({ revisions: [1], basis, shared: false });

export const claimBody = (platformId: string, isrcs: readonly string[]): object => ({
  platformId,
  reference: `CLAIM-${randomUUID()}`,
  uses: isrcs.map((isrc) => ({ isrc, url: `https://social.example/${isrc}`, seenOn: '2025-11-03' })),
});

/** Commission that payouts need; the operator sets it once. */
export async function setCommission(app: TestApp): Promise<void> {
  await (await app.given.operator()).post('/v1/commission-schedules', { rate: '0.05', from: '2025-01-01' });
}

async function conclude(label: Party, platform: Party, { id }: { id: string }): Promise<string> {
  const { agreementId } = await platform.as.post<{ agreementId: string }>(`/v1/negotiations/${id}/acceptance`, {
    revision: 1,
  });
  const { manifestHash } = await label.as.get<{ manifestHash: string }>(`/v1/agreements/${agreementId}`);
  for (const party of [label, platform]) {
    await party.as.post(`/v1/agreements/${agreementId}/signatures`, await signatureBy(party.as, manifestHash));
  }
  return agreementId;
}

/** Follows an operation to its end. */
export async function untilDone(client: ApiClient, operationId: string): Promise<Record<string, string>> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const { state, problem, result } = await client.get<{
      state: string;
      problem: unknown;
      result: Record<string, string>;
    }>(`/v1/operations/${operationId}`);
    if (state === 'done') return result;
    if (state === 'failed') throw new Error(JSON.stringify(problem));
    await sleep(50);
  }
  throw new Error('the operation did not end within 20 seconds');
}

interface Invoice {
  readonly id: string;
  readonly agreementId: string;
  readonly purpose: string;
  readonly state: string;
  readonly externalId: string | null;
}

/** The advance's invoice, once the provider has it and the platform's bank has paid it. */
/** Pays the label's invoice, once the provider knows it, and waits until the payment has been taken. */
export async function paidInvoice(
  app: TestApp,
  label: ApiClient,
  { purpose, agreementId }: { purpose: string; agreementId?: string },
): Promise<string> {
  const find = async (state: string): Promise<Invoice> => {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      const found = (await label.all<Invoice>('/v1/invoices')).find(
        (invoice) =>
          invoice.purpose === purpose &&
          invoice.state === state &&
          (agreementId === undefined || invoice.agreementId === agreementId),
      );
      if (found !== undefined) return found;
      await sleep(50);
    }
    throw new Error(`no invoice became ${state} within 20 seconds`);
  };
  const { externalId } = await find('open');
  app.stripe!.control.payInvoice(externalId!);
  return (await find('paid')).id;
}

interface ReportParts {
  readonly label: Party;
  readonly platform: Party;
  readonly serviceName: string;
  readonly isrcs: readonly string[];
}

/** January's plays of the tracks as a DSR flat file, with a line that no agreement covers. */
async function januaryReport(app: TestApp, { label, platform, serviceName, isrcs }: ReportParts): Promise<string> {
  const operator = await app.given.operator();
  const partyIdOf = async ({ organizationId }: Party): Promise<string> =>
    (await operator.get<{ partyId: string }>(`/v1/organizations/${organizationId}`)).partyId;
  const { from } = monthPeriod('2026-01');
  const zero = '0';
  const accounts = (name: string): object => ({
    [`${name}InCurrencyOfTransaction`]: zero,
    [`${name}InCurrencyOfAccounting`]: zero,
  });
  const money = { ...accounts('AllocatedRevenue'), ...accounts('AllocatedNetRevenue') };
  const writer = recordCompanyReportWriter({
    head: {
      MessageId: `JANUARY-${serviceName.replaceAll(' ', '-')}`,
      MessageCreatedDateTime: '2026-02-01T06:00:00Z',
      UsageStartDate: from,
      UsageEndDate: '2026-01-31',
      SenderPartyId: await partyIdOf(platform),
      SenderName: 'The platform',
      ServiceDescription: serviceName,
      RecipientPartyId: await partyIdOf(label),
      RecipientName: 'The label',
    } as never,
    contexts: [
      {
        SummaryRecordId: 'S1',
        CommercialModel: 'AdvertisementSupportedModel',
        UseType: 'OnDemandStream',
        ReportingPeriodStartDate: from,
        ReportingPeriodEndDate: '2026-01-31',
        Territory: 'KZ',
        Usages: '90000',
        AllocatedUsages: '4000',
        Returns: zero,
        MusicUsageRatio: '1',
        CurrencyOfTransaction: 'USD',
        CurrencyOfAccounting: 'USD',
        ExchangeRate: '1',
        DeductionsInCurrencyOfTransaction: [zero],
        DeductionsInCurrencyOfAccounting: [zero],
        ...accounts('NetRevenue'),
        ...money,
        SubscriptionFeeInCurrencyOfAccounting: zero,
        ...accounts('FinalTotalAmount'),
      } as never,
    ],
  });
  const lines = [...isrcs, 'ZZX992600001'].map((isrc, index) => ({
    SalesTransactionId: `T${index + 1}`,
    DspReleaseId: `R${index + 1}`,
    ResourceISRC: isrc,
    DspResourceId: `D${index + 1}`,
    SummaryRecordId: 'S1',
    SalesTransactionDate: '2026-01-14',
    TotalUsages: '1000',
    Returns: zero,
    NetUsage: '1000',
    PriceType: 'Standard',
    RightSharePercentage: '100',
    ...accounts('CalculatedUnitPrice'),
    ...money,
    CopyrightObligationWithDSP: 'true',
  }));
  let text = '';
  for await (const chunk of writer.chunks(lines as never)) text += chunk;
  return text;
}
