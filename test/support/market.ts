import { territoryNumbers } from '../../src/kernel';
import type { ApiClient } from '../../src/sample/api-client';
import type { TestApp } from './app';
import { catalogueCsv, plainRows, testIsrc } from './catalogue';
import type { Party } from './given';
import { type DealParts, dealTerms } from './terms';

/** A label with a catalogue that it controls, a platform with two services, and terms between them. */
export interface Market {
  readonly label: Party;
  readonly platform: Party;
  readonly serviceIds: readonly string[];
  readonly isrcs: readonly string[];
  terms(changes?: Partial<DealParts>): ReturnType<typeof dealTerms>;
  /** Offered by the label. */
  negotiation(changes?: Partial<DealParts>): Promise<NegotiationAnswer>;
  /** Accepted by the platform; nobody has signed. */
  accepted(changes?: Partial<DealParts>): Promise<AgreementAnswer>;
  concluded(changes?: Partial<DealParts>): Promise<AgreementAnswer>;
}

export interface NegotiationAnswer {
  readonly id: string;
  readonly state: string;
  readonly latestRevision: number;
  readonly acceptedRevision: number | null;
  readonly agreementId: string | null;
}

export interface AgreementAnswer {
  readonly id: string;
  readonly state: string;
  readonly termsHash: string;
  readonly manifestHash: string;
  readonly concludedAt: string | null;
  readonly signatures: readonly { organizationId: string; memberId: string | null; signedAt: string; seal: string }[];
}

export const intent = 'I have read these terms and sign them.';

/** Without `look` there is one market in the database. */
type Opening = Pick<TestApp, 'given'> & Partial<Pick<TestApp, 'look'>>;

export async function openMarket(app: Opening, tracks = 3): Promise<Market> {
  const { given } = app;
  const [label, platform] = [await given.label(), await given.platform()];
  const serviceIds: string[] = [];
  for (const name of ['Radio', 'Video']) {
    serviceIds.push((await platform.as.post<{ id: string }>('/v1/services', { name })).id);
  }
  const isrcs = Array.from({ length: tracks }, (_, at) => testIsrc(at + 1));
  await label.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(plainRows(tracks)));
  await stateWhole(app, label, isrcs);
  const terms: Market['terms'] = (changes = {}) =>
    dealTerms({ labelId: label.organizationId, platformId: platform.organizationId, serviceIds, isrcs, ...changes });
  const negotiation: Market['negotiation'] = (changes) =>
    label.as.post('/v1/negotiations', { counterpartyId: platform.organizationId, terms: terms(changes) });
  const accepted: Market['accepted'] = async (changes) => {
    const { id } = await negotiation(changes);
    const { agreementId } = await platform.as.post<NegotiationAnswer>(`/v1/negotiations/${id}/acceptance`, {
      revision: 1,
    });
    return label.as.get(`/v1/agreements/${agreementId}`);
  };
  const concluded: Market['concluded'] = async (changes) => {
    const agreement = await accepted(changes);
    await sign(platform.as, agreement);
    return sign(label.as, agreement);
  };
  return { label, platform, serviceIds, isrcs, terms, negotiation, accepted, concluded };
}

/** Written past the route where it can be: each market's label has the same recordings and states them whole, which the route would find to be a conflict. */
async function stateWhole({ look }: Opening, label: Party, isrcs: readonly string[]): Promise<void> {
  const territories = { worldwideExcept: [] };
  if (look === undefined) {
    await label.as.post('/v1/rights-statements', { isrcs, share: '1', territories, from: '2020-01-01' });
    return;
  }
  await look(
    `INSERT INTO recording_rights (owner_id, recording_id, share, territories, in_force, stated_at, stated_by)
     SELECT owner_id, id, 1, $2, daterange('2020-01-01', NULL), now(), 'test' FROM recordings WHERE owner_id = $1`,
    [label.organizationId, territoryNumbers(territories)],
  );
}

export const sign = async (member: ApiClient, { id, manifestHash }: AgreementAnswer): Promise<AgreementAnswer> =>
  member.post(`/v1/agreements/${id}/signatures`, await signatureBy(member, manifestHash));

/** What a member sends to sign, its password entered again. */
export const signatureBy = async (member: ApiClient, manifestHash: string): Promise<object> => ({
  manifestHash,
  intent,
  ...(await member.confirmed()),
});

export interface Refused {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly { readonly pointer: string; readonly code: string; readonly message: string }[];
}

/** The refusal that a request gets: its status, code and faults. */
export async function refused(client: ApiClient, method: string, path: string, body?: object): Promise<Refused> {
  const { status, body: problem } = await client.request<Partial<Refused>>(method, path, { body });
  return { status, code: problem.code ?? '', faults: problem.faults ?? [] };
}

/** "409 own-revision": what most tests of a refusal look at. */
export async function outcome(client: ApiClient, method: string, path: string, body?: object): Promise<string> {
  const { status, code } = await refused(client, method, path, body);
  return `${status} ${code}`.trim();
}
