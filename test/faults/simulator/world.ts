import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, openParts } from '../../../src/app';
import type { Config } from '../../../src/config';
import { FrozenClock } from '../../../src/platform/clock';
import type { Credentials } from '../../../src/sample/parties';
import { ReadReport } from '../../../src/usage/read-report';
import type { TestApp } from '../../support/app';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { Given } from '../../support/given';
import { openMarket, sign, type AgreementAnswer, type Market } from '../../support/market';
import { smallReport } from '../../support/small-report';
import { termsOf } from './deal-terms';
import { beginning, type DealFacts, dealFacts, months } from './deals';

/** One of the deals, with the ids that the product gave it. */
export interface WorldDeal {
  readonly facts: DealFacts;
  readonly agreementId: string;
  readonly serviceId: string;
  /** What reports say beside the events, which are money: evidence for disputes. Units by ISRC, by month. */
  readonly evidence: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A marketplace in which everything is signed and nothing has happened yet. Each seed gets a copy of its database. */
export interface World {
  readonly database: FreshDatabase;
  readonly config: Config;
  readonly labelId: string;
  readonly platformId: string;
  readonly members: { readonly label: string; readonly colleague: string; readonly platform: string };
  /** How they sign in, for whoever goes by HTTP. */
  readonly credentials: {
    readonly label: Credentials;
    readonly colleague: Credentials;
    readonly platform: Credentials;
  };
  readonly isrcs: readonly string[];
  readonly deals: readonly WorldDeal[];
  close(): Promise<void>;
}

/** Tells the world through the public API, once. `Given` finds a test server: see test/support/server.ts. */
export async function makeWorld(): Promise<World> {
  const database = await freshDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'accordo-simulator-'));
  const close = async (): Promise<void> => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const config = configOf(database, folder);
    return { database, config, ...(await told(config)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const configOf = ({ applicationUrl, ownerUrl }: FreshDatabase, folder: string): Config => ({
  environment: 'local',
  host: '127.0.0.1',
  port: 0,
  applicationUrl,
  ownerUrl,
  storageFolder: join(folder, 'files'),
  keyringFile: join(folder, 'keyring.json'),
  logLevel: 'silent',
  trustedProxies: [],
  inbox: undefined,
  payments: undefined,
});

type Told = Omit<World, 'database' | 'config' | 'close'>;

async function told(config: Config): Promise<Told> {
  const clock = new FrozenClock(new Date(beginning));
  const parts = await openParts(config, clock);
  const app = await createApp(parts, false);
  try {
    await app.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    const given = new Given(url, parts);
    const market = await openMarket({ given } as TestApp, 2);
    const { label, platform, isrcs } = market;
    await (await given.operator()).post('/v1/commission-schedules', { rate: '0.05', from: '2025-01-01' });
    const second = { email: `second-${randomUUID()}@example.org`, password: `sesame-${randomUUID()}` };
    const member = { name: 'Second Member', ...second, roles: ['finance'] };
    const colleague = await label.as.post<{ id: string }>('/v1/members', member);
    const deals = await signedDeals(market);
    // Reports are of months that are over; each seed begins before them all the same.
    clock.moveTo(new Date('2026-07-05T09:00:00Z'));
    const evidence = await reported({ ...market, platform: { ...platform, as: await given.signIn(platform) } }, (id) =>
      app.get(ReadReport).execute({ reportId: id }),
    );
    return {
      labelId: label.organizationId,
      platformId: platform.organizationId,
      members: { label: label.memberId, colleague: colleague.id, platform: platform.memberId },
      credentials: { label: credentialsOf(label), colleague: second, platform: credentialsOf(platform) },
      isrcs,
      deals: deals.map((deal, place) => ({ ...deal, evidence: place === 0 ? evidence : {} })),
    };
  } finally {
    await app.close();
    await parts.close();
  }
}

const credentialsOf = ({ email, password }: Credentials): Credentials => ({ email, password });

async function signedDeals(market: Market): Promise<Omit<WorldDeal, 'evidence'>[]> {
  const { label, platform, isrcs, serviceIds } = market;
  const third = await platform.as.post<{ id: string }>('/v1/services', { name: 'Clips' });
  const services = [...serviceIds, third.id];
  const deals: Omit<WorldDeal, 'evidence'>[] = [];
  for (const [place, facts] of dealFacts.entries()) {
    const serviceId = services[place]!;
    const [labelId, platformId] = [label.organizationId, platform.organizationId];
    const terms = termsOf(facts, { labelId, platformId, serviceId, isrcs });
    const { id } = await label.as.post<{ id: string }>('/v1/negotiations', { counterpartyId: platformId, terms });
    const accepted = await platform.as.post<{ agreementId: string }>(`/v1/negotiations/${id}/acceptance`, {
      revision: 1,
    });
    const agreement = await label.as.get<AgreementAnswer>(`/v1/agreements/${accepted.agreementId}`);
    await sign(platform.as, agreement);
    await sign(label.as, agreement);
    deals.push({ facts, agreementId: agreement.id, serviceId });
  }
  return deals;
}

async function reported(
  { label, platform, isrcs }: Market,
  read: (reportId: string) => Promise<void>,
): Promise<WorldDeal['evidence']> {
  const evidence: Record<string, Record<string, number>> = {};
  for (const [place, month] of months.entries()) {
    const plays = Object.fromEntries(isrcs.map((isrc, of) => [isrc, 700 * (place + 1) + 13 * of]));
    const file = await smallReport({
      messageId: randomUUID(),
      month,
      senderPartyId: platform.partyId,
      recipientPartyId: label.partyId,
      serviceName: 'Radio',
      plays,
      allPlays: 1_000_000,
    });
    const { id } = await platform.as.upload<{ id: string }>('/v1/usage-reports', 'text/tab-separated-values', file);
    await read(id);
    evidence[month] = plays;
  }
  return evidence;
}
