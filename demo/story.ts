import { setUpOperator } from '../src/parties';
import { ApiClient, type ApiRefusal } from '../src/sample/api-client';
import {
  accept,
  bringInCatalogue,
  counter,
  type Difference,
  offer,
  recordClaims,
  signByBoth,
} from '../src/sample/deal';
import { isrcOf, licensedSize } from '../src/sample/names';
import { newPassword, setUpParties, signIn } from '../src/sample/parties';
import { sampleUsageReport } from '../src/sample/usage-report';
import { type MonthFigures, serviceFigures, storyMonths } from '../src/sample/usage-plan';
import { provesItself } from './evidence';
import type { StoryFigures } from './figures';
import { Money } from './money';
import type { DemoServer } from './server';
import { simulateRevisions } from './simulation';
import { statesItself } from './statement-files';
import { chapter, finished, moveTo, type Say, type Teller } from './teller';

/** Tells the reference story through the public API only, and returns its figures. */
export async function tellStory(server: DemoServer, say: Say, out?: string): Promise<StoryFigures> {
  const teller = { ...(await theParties(server, say)), out };
  const claims = await theCatalogueAndTheClaims(teller);
  const agreementId = await theDeal(teller, claims);
  const money = new Money(teller, agreementId);
  await money.comesInAndGoesOut(['advance', 'back-fee'], 'Advance and back fee (December 2025)');
  await mayIPlayThis(teller);
  const [january, february, march] = storyMonths as [MonthFigures, MonthFigures, MonthFigures];
  const firstReport = await januaryReports(teller, january);
  await money.closes('2026-01', '2026-02-10T09:00:00Z');
  await reports(teller, february, '2026-03-03T09:00:00Z');
  await money.closes('2026-02', '2026-03-10T09:00:00Z');
  await replaceJanuary(teller, january, firstReport);
  await reports(teller, march, '2026-04-03T09:00:00Z');
  await money.closes('2026-03', '2026-04-10T09:00:00Z');
  await money.comesInAndGoesOut(['royalties'], 'Royalties are paid (April 2026)');
  await statesItself(teller);
  await countLines(teller);
  await money.isAllThere();
  return teller.figures;
}

async function theParties(server: DemoServer, say: Say): Promise<Omit<Teller, 'out'>> {
  chapter(say, 'The parties (3 November 2025)');
  const operator = { email: 'operator@accordo.example', password: newPassword() };
  await setUpOperator(server.parts.database, server.parts.clock, { name: 'Olga Operator', ...operator });
  const parties = await setUpParties(server.url, operator, '2025-11-01');
  say(
    `   ${parties.label.name} (label) and ${parties.platform.name} (platform; ${parties.platform.services.map(({ name }) => name).join(', ')}) register.`,
  );
  say('   The operator verifies both. Its commission: 5 % of what is paid out.');
  const figures: StoryFigures = {
    tracksLicensed: 0,
    simulation: { revisions: [], difference: [] },
    claimsSettled: 0,
    usageLines: { accepted: 0, rejected: 0, reasons: {}, superseded: 0 },
    periods: [],
    restatements: [],
    invoices: [],
    statements: [],
    payouts: [],
    trialBalance: {},
    seconds: 0,
  };
  return {
    server,
    say,
    parties,
    label: new ApiClient(server.url, parties.label.apiKey),
    platform: new ApiClient(server.url, parties.platform.apiKey),
    figures,
  };
}

async function theCatalogueAndTheClaims({ server, say, label, parties }: Teller): Promise<string[]> {
  moveTo(server, '2025-11-12T09:00:00Z');
  chapter(say, 'The catalogue (12 November)');
  const { imported, controlled } = await bringInCatalogue(label);
  say(
    `   A CSV of ${imported.rowsRead} rows: ${imported.rowsAccepted} recordings are in, ${imported.rowsRejected} rows are not:`,
  );
  for (const { row, column, code, message } of imported.faults) say(`     row ${row}, ${column}: ${code} (${message})`);
  say(`   The label states that it controls ${controlled} recordings, worldwide.`);
  moveTo(server, '2025-11-20T09:00:00Z');
  chapter(say, 'Six claims (20 November)');
  const claims = await recordClaims(label, parties.platform.organizationId);
  say(
    `   Users of ${parties.platform.name} uploaded the label's recordings again and again: ${claims.length} claims with addresses and days.`,
  );
  return claims;
}

async function theDeal(teller: Teller, claims: readonly string[]): Promise<string> {
  const { server, say, label, platform, parties, figures } = teller;
  moveTo(server, '2025-12-01T09:00:00Z');
  chapter(say, 'From claim to licence (December 2025)');
  const negotiation = await offer(label, parties, claims);
  say(`   1 Dec  Revision 1: the label offers ${licensedSize} tracks.`);
  moveTo(server, '2025-12-03T09:00:00Z');
  await counter(platform, negotiation, parties, claims);
  say('   3 Dec  Revision 2: the platform counters. What changes:');
  const difference = await label.get<{ values: Difference[] }>(
    `/v1/negotiations/${negotiation.id}/revisions/2/difference?from=1`,
  );
  for (const { pointer, before, after } of difference.values)
    say(`            ${pointer}: ${String(before)} -> ${String(after)}`);
  figures.simulation = await simulateRevisions(teller, negotiation.id);
  moveTo(server, '2025-12-08T09:00:00Z');
  const { agreementId } = await accept(await signIn(server.url, parties.label.first), negotiation, 2);
  say('   8 Dec  A signatory of the label accepts revision 2, by its number.');
  moveTo(server, '2025-12-10T09:00:00Z');
  const agreement = await signByBoth(server.url, parties, agreementId!);
  say(
    `  10 Dec  A member of each signs the hash of what is agreed, ${agreement.manifestHash.slice(0, 16)}...: the agreement is ${agreement.state}.`,
  );
  const settled = await label.all<{ state: string }>('/v1/claims?state=settled');
  figures.claimsSettled = settled.length;
  figures.tracksLicensed = (await label.all(`/v1/agreements/${agreement.id}/tracks`)).length;
  say(`          In the same transaction ${settled.length} claims are settled, the advance and the back fee are due.`);
  await provesItself(teller, agreement.id);
  return agreement.id;
}

async function mayIPlayThis({ server, say, platform, parties }: Teller): Promise<void> {
  moveTo(server, '2026-01-15T09:00:00Z');
  chapter(say, '"May I play this?" (15 January 2026)');
  const serviceId = parties.platform.services[0]!.id;
  const licensed = {
    serviceId,
    isrc: isrcOf(7),
    territory: 'RU',
    useType: 'OnDemandStream',
    commercialModel: 'AdvertisementSupportedModel',
  };
  const asked = [
    { what: 'a licensed track in RU', question: licensed },
    { what: 'a track that is not licensed', question: { ...licensed, isrc: isrcOf(510) } },
    { what: 'a track nobody knows', question: { ...licensed, isrc: 'ZZX992600001' } },
    { what: 'the same track in DE', question: { ...licensed, territory: 'DE' } },
    { what: 'as a ringtone', question: { ...licensed, useType: 'UseAsRingtone' } },
    { what: 'on 31 December 2025', question: { ...licensed, at: '2025-12-31T12:00:00Z' } },
  ];
  const { answers } = await platform.post<{
    answers: { licensed: boolean; clause?: string; agreementId?: string; reason?: string }[];
  }>('/v1/clearance', {
    questions: asked.map(({ question }) => question),
  });
  for (const [at, { what }] of asked.entries()) {
    const answer = answers[at]!;
    say(
      `   ${what.padEnd(30)} ${answer.licensed ? `yes: agreement ${answer.agreementId!.slice(0, 8)}, clause "${answer.clause}"` : `no: ${answer.reason}`}`,
    );
  }
}

interface Receipt {
  readonly id: string;
  readonly operationId: string;
}

const reportType = 'text/tab-separated-values';

async function januaryReports(teller: Teller, figures: MonthFigures): Promise<string> {
  const { platform, say } = teller;
  const [first] = await reports(teller, figures, '2026-02-03T09:00:00Z');
  const file = await sampleUsageReport(serviceFigures(figures, 0), 'VP-2026-01-1');
  const again = await platform.upload<Receipt>('/v1/usage-reports', reportType, file);
  say(
    `   The first report arrives a second time: ${again.id === first!.id ? 'the same answer, nothing is counted again' : 'COUNTED TWICE'}.`,
  );
  const other = await sampleUsageReport(serviceFigures(figures, 0), 'VP-2026-01-1-again');
  const refusal = await platform.upload('/v1/usage-reports', reportType, other).catch((error: ApiRefusal) => error);
  say(`   And once more under a new message id: ${(refusal as ApiRefusal).code}.`);
  return first!.id;
}

async function reports(
  { server, say, platform, parties }: Teller,
  figures: MonthFigures,
  at: string,
): Promise<Receipt[]> {
  moveTo(server, at);
  chapter(say, `Usage of ${figures.month} (reported ${at.slice(0, 10)})`);
  const receipts: Receipt[] = [];
  for (const service of [0, 1] as const) {
    const file = await sampleUsageReport(serviceFigures(figures, service), `VP-${figures.month}-${service + 1}`);
    receipts.push(await uploadAndFollow({ platform, say }, file, parties.platform.services[service]!.name));
  }
  return receipts;
}

async function replaceJanuary(
  { server, say, platform, parties }: Teller,
  january: MonthFigures,
  replaced: string,
): Promise<void> {
  moveTo(server, '2026-03-20T09:00:00Z');
  chapter(say, 'A correction (20 March 2026): January had plays missing, and returns came late');
  const file = await sampleUsageReport(serviceFigures(january, 0, true), 'VP-2026-01-1-corrected');
  await uploadAndFollow(
    { platform, say },
    file,
    `${parties.platform.services[0]!.name}, replacing January`,
    `?replaces=${replaced}`,
  );
}

async function uploadAndFollow(
  { platform, say }: Pick<Teller, 'platform' | 'say'>,
  file: string,
  what: string,
  query = '',
): Promise<Receipt> {
  const receipt = await platform.upload<Receipt>(`/v1/usage-reports${query}`, reportType, file);
  await finished(platform, receipt.operationId);
  const report = await platform.get<{
    linesAccepted: string;
    linesRejected: string;
    rejectedByCode: Record<string, number>;
  }>(`/v1/usage-reports/${receipt.id}`);
  const reasons = Object.entries(report.rejectedByCode)
    .map(([code, count]) => `${count} ${code}`)
    .join(', ');
  say(`   ${what}: ${report.linesAccepted} lines accepted, ${report.linesRejected} rejected (${reasons}).`);
  return receipt;
}

async function countLines({ platform, figures }: Teller): Promise<void> {
  const all = await platform.all<{
    state: string;
    linesAccepted: string;
    linesRejected: string;
    rejectedByCode: Record<string, number>;
  }>('/v1/usage-reports');
  for (const report of all) {
    if (report.state === 'superseded') {
      figures.usageLines.superseded += Number(report.linesAccepted);
      continue;
    }
    figures.usageLines.accepted += Number(report.linesAccepted);
    figures.usageLines.rejected += Number(report.linesRejected);
    for (const [code, count] of Object.entries(report.rejectedByCode)) {
      figures.usageLines.reasons[code] = (figures.usageLines.reasons[code] ?? 0) + count;
    }
  }
}
