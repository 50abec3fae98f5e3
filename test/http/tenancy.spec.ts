import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Client } from 'pg';
import { currentFramework, hashSecret, makeApiKeyText, writeAuditorKey } from '../../src/parties';
import { type ApiAnswer, ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { tablesOf } from '../support/catalog';
import type { Party } from '../support/given';
import { makeSigner } from '../support/signing';
import { dealTerms, templateOf } from '../support/terms';
import {
  claimBody,
  requestBody,
  resolutionBody,
  setCommission,
  simulationBody,
  tellWorld,
  type Thing,
  type World,
  worldTime,
} from '../support/world';

let app: TestApp;
let superuser: Client;
/** Two deals that have nothing to do with each other; members of the first ask for what belongs to the second. */
let ours: World;
let theirs: World;
/** Registered by somebody and not verified: not in the directory. */
let unverified: { readonly label: Party; readonly platform: Party };
let operations: Operation[];
let callers: readonly Caller[];
let auditors: { readonly ours: Auditor; readonly theirs: Auditor };

interface Caller {
  readonly name: string;
  readonly client: ApiClient;
}

beforeAll(async () => {
  app = await startTestApp({ at: worldTime, worker: true, rail: true });
  superuser = await app.superuser();
  await setCommission(app);
  [ours, theirs] = await Promise.all([tellWorld(app, 1), tellWorld(app, 2)]);
  unverified = { label: await app.given.registered('label'), platform: await app.given.registered('platform') };
  await unverified.platform.as.post('/v1/services', { name: 'Hidden' });
  operations = operationsOf(await ours.label.as.get<Description>('/openapi.json'));
  auditors = { ours: await auditorOf(ours), theirs: await auditorOf(theirs) };
  callers = [
    ...(await callersOf('label', ours.label)),
    ...(await callersOf('platform', ours.platform)),
    { name: 'our distributor', client: ours.distributor.as },
    { name: 'our distributor for our label', client: await inTheNameOf(ours.label, ours.distributor) },
    { name: 'our distributor for their label', client: await inTheNameOf(theirs.label, ours.distributor) },
    { name: 'our label for theirs', client: await inTheNameOf(theirs.label, ours.label) },
    { name: 'our platform for their label', client: await inTheNameOf(theirs.label, ours.platform) },
    { name: 'our auditor', client: auditors.ours.client },
    { name: 'our auditor for their label', client: new OnBehalf(auditors.ours.key, theirs.label.organizationId) },
    ...(await withoutRights()),
  ];
  await queueEmpty();
}, 120_000);
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const machineRoles = ['catalogue', 'licensing', 'usage', 'finance', 'enforcement', 'reader'];

async function callersOf(kind: string, party: Party): Promise<Caller[]> {
  const { key } = await party.as.post<{ key: string }>('/v1/api-keys', { name: 'All', roles: machineRoles });
  const colleagues = await Promise.all(
    (['reader', 'finance', 'licensing', 'signatory'] as const).map(async (role) => ({
      name: `${kind} ${role}`,
      client: await app.given.colleague(party, [role]),
    })),
  );
  return [
    { name: `${kind} admin`, client: party.as },
    { name: `${kind} key`, client: app.given.client(key) },
    ...colleagues,
  ];
}

interface Auditor {
  readonly id: string;
  readonly key: string;
  readonly client: ApiClient;
}

/** Somebody who audits January of the world's agreement: written as the routes would, for a notice in a year that has not come. */
async function auditorOf({ label, platform, ids }: World): Promise<Auditor> {
  const text = makeApiKeyText();
  const parties = [ids.agreement, label.organizationId, platform.organizationId];
  await superuser.query(
    `INSERT INTO audits (agreement_id, number, label_id, platform_id, noticed_on, audited_from, audited_until, given_by, given_at)
     VALUES ($1, 1, $2, $3, '2026-02-01', '2026-01-01', '2026-02-01', 'test', now())`,
    parties,
  );
  const { rows } = await superuser.query<{ id: string }>(
    `INSERT INTO audit_accesses (agreement_id, number, label_id, platform_id, name, prefix, secret_hash, ends_at, given_by, given_at)
     VALUES ($1, 1, $2, $3, 'Auditor', $4, $5, '2100-01-01', 'test', now()) RETURNING id`,
    [...parties, text.prefix, hashSecret(text.secret)],
  );
  const key = writeAuditorKey(text);
  return { id: rows[0]!.id, key, client: app.given.client(key) };
}

class OnBehalf extends ApiClient {
  constructor(
    token: string,
    private readonly labelId: string,
  ) {
    super(app.url, token);
  }

  override request<Body>(method: string, path: string, options: object = {}): Promise<ApiAnswer<Body>> {
    return super.request<Body>(method, path, { ...options, headers: { 'accordo-on-behalf-of': this.labelId } });
  }
}

const inTheNameOf = async (label: Party, by: Party): Promise<ApiClient> =>
  new OnBehalf(await tokenOf(by), label.organizationId);

async function withoutRights(): Promise<Caller[]> {
  const { id, key } = await theirs.label.as.post<{ id: string; key: string }>('/v1/api-keys', {
    name: 'Revoked',
    roles: machineRoles,
  });
  await theirs.label.as.delete(`/v1/api-keys/${id}`);
  return [
    { name: 'nobody', client: app.given.client() },
    { name: 'a revoked key', client: app.given.client(key) },
  ];
}

/** Jobs that a world left behind would change tables while they are compared. */
async function queueEmpty(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    // What gathers would be done in their midst: events are tallied, and their months looked at after that.
    await superuser.query(
      `UPDATE graphile_worker._private_jobs SET run_at = now()
        WHERE run_at > now() AND attempts = 0 AND (key LIKE 'tally-usage-events %' OR key LIKE 'watch-usage %' OR key = 'log-ledger')`,
    );
    const { rows } = await superuser.query<{ waiting: string }>(
      'SELECT count(*) AS waiting FROM graphile_worker._private_jobs WHERE attempts < max_attempts AND run_at <= now()',
    );
    if (rows[0]!.waiting === '0') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('jobs are still waiting');
}

// ---- What the OpenAPI description says about ids

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Described {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly ids: readonly string[];
}

function operationsOf({ paths, components }: Description): Operation[] {
  const resolve = (schema: Schema): Schema => {
    const { $ref } = schema.allOf?.[0] ?? schema;
    return $ref === undefined ? schema : components.schemas[$ref.split('/').at(-1)!]!;
  };
  const inBody = (schema: Schema, pointer: string): string[] =>
    Object.entries(resolve(schema).properties ?? {}).flatMap(([name, property]) => {
      const inner = resolve(property.items ?? property);
      return inner.properties === undefined
        ? isId(name, inner)
          ? [`${pointer}/${name}`]
          : []
        : inBody(inner, `${pointer}/${name}`);
    });
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      ids: [
        ...parameters
          .filter((parameter) => parameter.in === 'path' || isId(parameter.name, parameter.schema))
          .map((parameter) => `${parameter.in}/${parameter.name}`),
        ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => inBody(schema, 'body')),
      ],
    })),
  );
}

const isId = (name: string, { format, items }: Schema): boolean =>
  format === 'uuid' || items?.format === 'uuid' || /isrcs?$/i.test(name);

// ---- The matrix: whose id stands at each place

interface Attempt {
  readonly foreign: () => string;
  readonly none: () => string;
  readonly path?: (id: string) => string;
  /** The id in the address, where the one that is tried stands elsewhere. */
  readonly at?: () => string;
  readonly query?: (id: string) => string;
  readonly body?: (id: string) => object;
  readonly file?: (id: string) => { type: string; content: string };
}

const thing = (name: Thing): Pick<Attempt, 'foreign' | 'none'> => ({
  foreign: () => theirs.ids[name],
  none: () => randomUUID(),
});
const hidden = (kind: 'label' | 'platform'): Pick<Attempt, 'foreign' | 'none'> => ({
  foreign: () => unverified[kind].organizationId,
  none: () => randomUUID(),
});
const recording: Pick<Attempt, 'foreign' | 'none'> = { foreign: () => theirs.isrcs[0]!, none: () => 'ZZT012688888' };
const nobodys: Pick<Attempt, 'foreign' | 'none'> = { foreign: () => randomUUID(), none: () => randomUUID() };
const theirService: Pick<Attempt, 'foreign' | 'none'> = { foreign: () => theirs.serviceId, none: () => randomUUID() };

/** Whose id the first parameter of these addresses is. */
const things: Readonly<Record<string, Pick<Attempt, 'foreign' | 'none'>>> = {
  '/v1/agreements/{id}': thing('agreement'),
  '/v1/api-keys/{id}': thing('api key'),
  '/v1/approvals/{id}': thing('approval'),
  // The marketplace's own, closed to everybody here.
  '/v1/bank/accounts/{id}': nobodys,
  '/v1/bank/files/{id}': nobodys,
  '/v1/bank/payment-files/{id}': nobodys,
  '/v1/bank/receipts/{id}': nobodys,
  '/v1/catalogue/imports/{id}': thing('import'),
  '/v1/catalogue-imports/{id}': thing('import'),
  '/v1/catalogue-mappings/{id}': thing('catalogue mapping'),
  '/v1/claims/{id}': thing('claim'),
  // Nobody's: every one can be read by all.
  '/v1/commission-schedules/{id}': nobodys,
  '/v1/drafts/{id}': thing('draft'),
  '/v1/delegations/{id}': thing('delegation'),
  '/v1/exports/{id}': thing('export'),
  '/v1/clearance/snapshots/{id}': { foreign: () => theirs.serviceId, none: () => randomUUID() },
  '/v1/invoices/{id}': thing('invoice'),
  '/v1/licence-requests/{id}': thing('licence request'),
  '/v1/listings/{id}': thing('listing'),
  '/v1/members/{id}': thing('member'),
  '/v1/negotiations/{id}': thing('negotiation'),
  '/v1/operations/{id}': thing('operation'),
  '/v1/organizations/{id}': hidden('label'),
  '/v1/packages/{id}': thing('package'),
  '/v1/payouts/{id}': thing('payout'),
  '/v1/recordings/{isrc}': recording,
  '/v1/releases/{id}': thing('release'),
  '/v1/rights-conflicts/{id}': thing('rights conflict'),
  '/v1/saved-queries/{id}': thing('saved query'),
  '/v1/signing-authorities/{id}': thing('signing authority'),
  '/v1/signing-keys/{id}': { ...thing('signing key'), none: () => makeSigner().id },
  '/v1/simulations/{id}': thing('simulation'),
  '/v1/statements/{id}': thing('statement'),
  '/v1/uploads/{id}': thing('upload'),
  '/v1/usage-inboxes/{id}': thing('usage inbox'),
  '/v1/usage-mappings/{id}': thing('usage mapping'),
  '/v1/usage-reports/{id}': thing('usage report'),
};

/** Parameters that are no ids: a column's name, numbers within the thing named before them, and what is the caller's own by nature. */
const numbers = [
  'path/number',
  'path/advance',
  'path/line',
  'path/currency',
  'body/mapping/columns/isrc',
  'body/mapping/columns/parent_isrc',
];
/** Addresses that name nobody's thing. */
const ownByNature = ['/v1/approval-thresholds/{currency}'];

const world = { share: '1', territories: { worldwideExcept: [] }, from: '2019-01-01', until: '2020-01-01' };
const unknown = randomUUID();
const listingBody = (more: object): object => ({
  packageId: ours.ids.package,
  template: templateOf(termsWith({}) as ReturnType<typeof dealTerms>),
  visibility: 'public',
  ...more,
});
const termsWith = (more: { serviceIds?: string[]; claims?: string[]; isrcs?: string[] }): object =>
  dealTerms({
    labelId: ours.label.organizationId,
    platformId: ours.platform.organizationId,
    serviceIds: [ours.serviceId],
    isrcs: ours.isrcs,
    ...more,
  });
const firstQuestion = (more: object): object => ({
  serviceId: ours.serviceId,
  isrc: ours.isrcs[0],
  territory: 'KZ',
  useType: 'OnDemandStream',
  commercialModel: 'AdvertisementSupportedModel',
  ...more,
});
const question = (more: object): object => ({ questions: [firstQuestion(more)] });

/** A table whose every id is ours but the one given. */
const tableQuery = (given: object): string => {
  const ids = { mappingId: ours.ids['usage mapping'], labelId: ours.label.organizationId, serviceId: ours.serviceId };
  return `?${new URLSearchParams({ month: '2026-11', messageId: 'TABLE', ...ids, ...given }).toString()}`;
};

const ownShare = (): object => ({ labelId: ours.label.organizationId, share: '1' });

const savedQueryBody = (exceptIsrcs: readonly string[]): object => ({
  name: 'Stolen',
  query: { q: 'a', artist: 'b', language: 'ru', year: 2000, shortest: 1, territory: 'KZ', use: 'OnDemandStream' },
  exceptIsrcs,
});

const disputeBody = (more: object): object => ({
  month: '2026-01',
  serviceId: ours.serviceId,
  reason: 'It is less.',
  ...more,
});

const inboxBody = (given: object): object => ({
  name: 'Box',
  mappingId: ours.ids['usage mapping'],
  labelId: ours.label.organizationId,
  serviceId: ours.serviceId,
  ...given,
});

const eventFile = (data: object): { type: string; content: string } => ({
  type: 'application/cloudevents+json',
  content: JSON.stringify({
    specversion: '1.0',
    type: 'accordo.usage.v1',
    source: '/players',
    id: '1',
    time: '2026-01-02T00:00:00Z',
    data: { ...(question({}) as { questions: [object] }).questions[0], serviceId: ours.serviceId, ...data },
  }),
});

/** Ids in queries and bodies, by what OpenAPI calls them. */
const matrix: Readonly<Record<string, Attempt>> = {
  'DELETE /v1/agreements/{id}/audits/{number}/auditors/{auditorId} path/auditorId': {
    foreign: () => auditors.theirs.id,
    none: () => randomUUID(),
    path: (id) => `/v1/agreements/${ours.ids.agreement}/audits/1/auditors/${id}`,
  },
  // A label that is not of the conflict, and one that is none.
  'POST /v1/rights-conflicts/{id}/decision body/shares/labelId': {
    ...thing('rights conflict'),
    path: (id) => `/v1/rights-conflicts/${id}/decision`,
    body: (labelId) => ({ shares: [{ labelId, share: '1' }], note: 'So.' }),
  },
  'POST /v1/rights-conflicts/{id}/proposals body/shares/labelId': {
    ...thing('rights conflict'),
    path: (id) => `/v1/rights-conflicts/${id}/proposals`,
    body: (labelId) => ({ shares: [{ labelId, share: '1' }] }),
  },
  'GET /v1/rights-conflicts query/isrc': { ...recording, query: (isrc) => `?isrc=${isrc}` },
  'POST /v1/telling-decisions body/isrc': {
    ...recording,
    body: (isrc) => ({ isrc, toldBy: unknown, decision: 'dismissed' }),
  },
  'POST /v1/duplicate-decisions body/isrc': {
    ...recording,
    body: (isrc) => ({ isrc, otherIsrc: ours.isrcs[0], decision: 'dismissed' }),
  },
  'POST /v1/duplicate-decisions body/otherIsrc': {
    ...recording,
    body: (otherIsrc) => ({ isrc: ours.isrcs[0], otherIsrc, decision: 'dismissed' }),
  },
  'GET /v1/recordings query/parentIsrc': { ...recording, query: (isrc) => `?parentIsrc=${isrc}` },
  'GET /v1/recordings query/isrc': { ...recording, query: (isrc) => `?isrc=${isrc}` },
  'GET /v1/services query/organizationId': { ...hidden('platform'), query: (id) => `?organizationId=${id}` },
  'GET /v1/agreements/{id}/ledger/{transactionId}/inclusion path/transactionId': {
    ...thing('ledger transaction'),
    path: (id) => `/v1/agreements/${ours.ids.agreement}/ledger/${id}/inclusion`,
  },
  'GET /v1/journal query/agreementId': {
    ...thing('agreement'),
    query: (id) => `?from=2026-01-01&until=2026-02-01&agreementId=${id}`,
  },
  'GET /v1/journal/trial-balance query/agreementId': {
    ...thing('agreement'),
    query: (id) => `?from=2026-01-01&until=2026-02-01&agreementId=${id}`,
  },
  'GET /v1/exchange-rates/rate query/agreementId': {
    ...thing('agreement'),
    query: (id) => `?source=manual&from=USD&to=KZT&day=2026-01-31&agreementId=${id}`,
  },
  'GET /v1/statements query/agreementId': { ...thing('agreement'), query: (id) => `?agreementId=${id}` },
  'GET /v1/negotiations/{id}/attachments/{attachmentId}/content path/attachmentId': {
    ...thing('attachment'),
    path: (id) => `/v1/negotiations/${ours.ids.negotiation}/attachments/${id}/content`,
  },
  'POST /v1/bank/payment-files body/accountId': { ...nobodys, body: (accountId) => ({ accountId }) },
  'POST /v1/bank/receipts/{id}/uses body/invoiceId': {
    ...thing('invoice'),
    at: () => unknown,
    body: (invoiceId) => ({ invoiceId, reason: 'It says so.' }),
  },
  'POST /v1/drafts body/negotiationId': { ...thing('negotiation'), body: (id) => ({ negotiationId: id, terms: {} }) },
  'POST /v1/drafts body/counterpartyId': { ...hidden('platform'), body: (id) => ({ counterpartyId: id, terms: {} }) },
  'PUT /v1/drafts/{id} body/negotiationId': {
    ...thing('negotiation'),
    path: () => `/v1/drafts/${ours.ids.draft}`,
    body: (id) => ({ negotiationId: id, terms: {} }),
  },
  'PUT /v1/drafts/{id} body/counterpartyId': {
    ...hidden('platform'),
    path: () => `/v1/drafts/${ours.ids.draft}`,
    body: (id) => ({ counterpartyId: id, terms: {} }),
  },
  'POST /v1/agreements body/counterpartyId': {
    ...hidden('platform'),
    body: (counterpartyId) => ({
      counterpartyId,
      terms: termsWith({}),
      concludedOn: '2025-06-01',
      original: '0'.repeat(64),
    }),
  },
  'POST /v1/claims body/platformId': { ...hidden('platform'), body: (id) => claimBody(id, ours.isrcs) },
  'POST /v1/claims body/uses/isrc': { ...recording, body: (isrc) => claimBody(ours.platform.organizationId, [isrc]) },
  'POST /v1/clearance body/questions/serviceId': { ...theirService, body: (serviceId) => question({ serviceId }) },
  'POST /v1/clearance body/questions/isrc': { ...recording, body: (isrc) => question({ isrc }) },
  'POST /v1/clearance body/questions/parentIsrc': {
    ...recording,
    body: (parentIsrc) => question({ isrc: undefined, parentIsrc }),
  },
  'POST /v1/clearance/explanations body/question/parentIsrc': {
    ...recording,
    body: (parentIsrc) => ({ question: firstQuestion({ isrc: undefined, parentIsrc }) }),
  },
  'POST /v1/clearance/explanations body/question/serviceId': {
    ...theirService,
    body: (serviceId) => ({ question: firstQuestion({ serviceId }) }),
  },
  'POST /v1/clearance/explanations body/question/isrc': {
    ...recording,
    body: (isrc) => ({ question: firstQuestion({ isrc }) }),
  },
  // Any recording may be given a name: refused here for the second one, which is none.
  'PUT /v1/clearance/own-ids body/recordings/isrc': {
    ...recording,
    body: (isrc) => ({
      recordings: [
        { ownId: 'one', isrc },
        { ownId: 'two', isrc: 'Song No. 7' },
      ],
    }),
  },
  'POST /v1/delegations body/distributorId': {
    ...hidden('label'),
    body: (distributorId) => ({ distributorId, scopes: ['catalogue'] }),
  },
  'POST /v1/licence-requests body/labelId': {
    ...hidden('label'),
    body: (labelId) => requestBody(labelId, [ours.serviceId]),
  },
  'POST /v1/licence-requests body/serviceIds': {
    ...theirService,
    body: (serviceId) => requestBody(ours.label.organizationId, [serviceId]),
  },
  // Any recording may be asked for, whether anybody has it or not: refused here for its label, which does not exist.
  'POST /v1/licence-requests body/repertoire/isrcs': {
    ...recording,
    body: (isrc) => ({ ...requestBody(unknown, [ours.serviceId]), repertoire: { isrcs: [isrc] } }),
  },
  'POST /v1/listings body/packageId': { ...thing('package'), body: (packageId) => listingBody({ packageId }) },
  'POST /v1/listings body/platformIds': {
    ...hidden('platform'),
    body: (id) => listingBody({ visibility: 'invited', platformIds: [id] }),
  },
  'POST /v1/listings/{id}/negotiations body/serviceIds': {
    ...theirService,
    at: () => ours.ids.listing,
    body: (serviceId) => ({ serviceIds: [serviceId] }),
  },
  'POST /v1/negotiations body/requestId': {
    ...thing('licence request'),
    body: (requestId) => ({ counterpartyId: ours.platform.organizationId, terms: termsWith({}), requestId }),
  },
  'POST /v1/negotiations body/counterpartyId': {
    ...hidden('platform'),
    body: (counterpartyId) => ({ counterpartyId, terms: termsWith({}) }),
  },
  'POST /v1/packages body/isrcs': { ...recording, body: (isrc) => ({ name: 'Stolen', isrcs: [isrc] }) },
  'GET /v1/packages/{id}/difference query/against': {
    ...thing('package'),
    at: () => ours.ids.package,
    query: (id) => `?against=${id}`,
  },
  'POST /v1/saved-queries body/exceptIsrcs': { ...recording, body: (isrc) => savedQueryBody([isrc]) },
  'PUT /v1/saved-queries/{id} body/exceptIsrcs': {
    ...recording,
    at: () => ours.ids['saved query'],
    body: (isrc) => savedQueryBody([isrc]),
  },
  'POST /v1/payouts body/invoiceIds': { ...thing('invoice'), body: (id) => ({ invoiceIds: [id] }) },
  'POST /v1/rights-statements body/isrcs': { ...recording, body: (isrc) => ({ isrcs: [isrc], ...world }) },
  'POST /v1/rights-statements body/importId': { ...thing('import'), body: (importId) => ({ importId, ...world }) },
  'POST /v1/usage-inboxes body/mappingId': {
    ...thing('usage mapping'),
    body: (mappingId) => inboxBody({ mappingId }),
  },
  'POST /v1/usage-inboxes body/labelId': { ...hidden('label'), body: (labelId) => inboxBody({ labelId }) },
  'POST /v1/usage-inboxes body/serviceId': { ...theirService, body: (serviceId) => inboxBody({ serviceId }) },
  'POST /v1/catalogue-imports query/mappingId': {
    ...thing('catalogue mapping'),
    query: (mappingId) => `?mappingId=${mappingId}`,
    file: () => ({ type: 'text/csv', content: 'isrc\n' }),
  },
  'POST /v1/usage-conformance query/mappingId': {
    ...thing('usage mapping'),
    query: (mappingId) => `?month=2026-01&mappingId=${mappingId}`,
    file: () => ({ type: 'text/csv', content: 'isrc,plays\n' }),
  },
  'POST /v1/usage-reports query/uploadId': {
    ...thing('upload'),
    query: (uploadId) => tableQuery({ uploadId }),
    body: () => ({}),
  },
  'POST /v1/usage-reports query/mappingId': {
    ...thing('usage mapping'),
    query: (mappingId) => tableQuery({ mappingId }),
    file: () => ({ type: 'text/csv', content: 'isrc,plays\n' }),
  },
  'POST /v1/usage-reports query/labelId': {
    ...hidden('label'),
    query: (labelId) => tableQuery({ labelId }),
    file: () => ({ type: 'text/csv', content: 'isrc,plays\n' }),
  },
  'POST /v1/usage-reports query/serviceId': {
    ...theirService,
    query: (serviceId) => tableQuery({ serviceId }),
    file: () => ({ type: 'text/csv', content: 'isrc,plays\n' }),
  },
  'GET /v1/usage-reports/{id}/sums query/agreementId': {
    ...thing('agreement'),
    path: () => `/v1/usage-reports/${ours.ids['usage report']}/sums`,
    query: (agreementId) => `?agreementId=${agreementId}`,
  },
  'GET /v1/agreements/{id}/reconciliation query/serviceId': {
    ...theirService,
    at: () => ours.ids.agreement,
    query: (serviceId) => `?month=2026-01&serviceId=${serviceId}`,
  },
  'POST /v1/agreements/{id}/usage-disputes body/serviceId': {
    ...theirService,
    at: () => ours.ids.agreement,
    body: (serviceId) => disputeBody({ serviceId }),
  },
  'POST /v1/agreements/{id}/period-facts body/serviceId': {
    ...theirService,
    at: () => ours.ids.agreement,
    body: (serviceId) => ({ kind: 'figure', month: '2026-01', subject: 'channels', value: '1', serviceId }),
  },
  'POST /v1/agreements/{id}/usage-disputes body/isrcs': {
    ...recording,
    at: () => ours.ids.agreement,
    body: (isrc) => disputeBody({ isrcs: [isrc] }),
  },
  'GET /v1/usage-suspense query/labelId': { ...hidden('label'), query: (id) => `?labelId=${id}` },
  'GET /v1/usage-suspense query/platformId': { ...hidden('platform'), query: (id) => `?platformId=${id}` },
  'GET /v1/usage-suspense query/serviceId': { ...theirService, query: (id) => `?serviceId=${id}` },
  'GET /v1/usage-unlicensed query/platformId': {
    ...hidden('platform'),
    query: (id) => `?month=2026-01&platformId=${id}`,
  },
  'GET /v1/usage-unlicensed query/serviceId': { ...theirService, query: (id) => `?month=2026-01&serviceId=${id}` },
  'POST /v1/usage-suspense/resolutions body/counterpartyId': {
    ...hidden('label'),
    body: (id) => resolutionBody(id, { isrc: ours.isrcs[0]! }),
  },
  'POST /v1/usage-suspense/resolutions body/resolutions/serviceId': {
    ...theirService,
    body: (serviceId) => resolutionBody(ours.label.organizationId, { isrc: ours.isrcs[0]!, serviceId }),
  },
  'POST /v1/usage-suspense/resolutions body/resolutions/isrc': {
    ...recording,
    body: (isrc) => resolutionBody(ours.label.organizationId, { isrc }),
  },
  // Anything may have been reported: refused here for the recording that it is to be, which nobody has.
  'POST /v1/usage-suspense/resolutions body/resolutions/reportedIsrc': {
    ...recording,
    body: (reportedIsrc) => resolutionBody(ours.label.organizationId, { isrc: 'ZZT012699999', reportedIsrc }),
  },
  'POST /v1/usage-suspense/resolutions/decisions body/ids': {
    ...thing('usage resolution'),
    body: (id) => ({ ids: [id], decision: 'declined' }),
  },
  'POST /v1/usage-event-voids body/query/serviceId': {
    ...theirService,
    body: (serviceId) => ({ reason: 'Not ours.', query: { source: '/nowhere', serviceId }, replacements: [{}] }),
  },
  'POST /v1/usage-event-voids body/query/isrc': {
    ...recording,
    body: (isrc) => ({ reason: 'Not ours.', query: { source: '/nowhere', isrc }, replacements: [{}] }),
  },
  'POST /v1/usage-reports query/replaces': {
    ...thing('usage report'),
    query: (id) => `?replaces=${id}`,
    file: () => ({ type: 'text/tab-separated-values', content: ours.reportText.replace('JANUARY-', 'AGAIN-') }),
  },
};

/** Ids inside of terms, which OpenAPI does not know, and ours beside theirs. */
const more: Readonly<Record<string, Attempt>> = {
  'POST /v1/negotiations terms/services': {
    ...theirService,
    body: (id) => ({ counterpartyId: ours.platform.organizationId, terms: termsWith({ serviceIds: [id] }) }),
  },
  'POST /v1/negotiations terms/repertoire/isrcs': {
    ...recording,
    body: (isrc) => ({ counterpartyId: ours.platform.organizationId, terms: termsWith({ isrcs: [isrc] }) }),
  },
  'POST /v1/payouts body/invoiceIds, beside ours': {
    ...thing('invoice'),
    body: (id) => ({ invoiceIds: [ours.ids.invoice, id] }),
  },
  'POST /v1/usage-suspense/resolutions/decisions body/ids, beside ours': {
    ...thing('usage resolution'),
    body: (id) => ({ ids: [ours.ids['usage resolution'], id], decision: 'declined' }),
  },
  'POST /v1/claims body/uses/isrc, beside ours': {
    ...recording,
    body: (isrc) => claimBody(ours.platform.organizationId, [...ours.isrcs, isrc]),
  },
  'POST /v1/negotiations simulations/basis/fileId': {
    ...thing('simulation file'),
    query: () => `/${ours.ids.negotiation}/simulations`,
    body: (fileId) => simulationBody({ kind: 'file', fileId }),
  },
  'POST /v1/negotiations simulations/basis/rows/service': {
    ...theirService,
    query: () => `/${ours.ids.negotiation}/simulations`,
    body: (service) =>
      simulationBody({
        kind: 'file',
        rows: [
          {
            month: '2026-01',
            isrc: ours.isrcs[0],
            service,
            territory: 'KZ',
            use: 'OnDemandStream',
            model: 'AdvertisementSupportedModel',
            quantity: '1',
          },
        ],
      }),
  },
  'POST /v1/usage-events data/serviceId': {
    ...theirService,
    file: (serviceId) => eventFile({ serviceId }),
  },
  // An event of any recording is taken and, where no agreement covers it, held; in company that nobody may use it is refused.
  'POST /v1/usage-events data/isrc': {
    ...recording,
    file: (isrc) => eventFile({ isrc, territory: 'XX' }),
  },
  'POST /v1/packages/files the file': {
    ...recording,
    query: () => '?name=Stolen',
    file: (isrc) => ({ type: 'text/csv', content: `isrc\n${isrc}\n` }),
  },
  'POST /v1/packages body/isrcs, beside ours': {
    ...recording,
    body: (isrc) => ({ name: 'Stolen', isrcs: [...ours.isrcs, isrc] }),
  },
};

const authorityBody = { basis: 'statute', reference: 'charter, art. 8', validFrom: '2026-01-01' };

/** Bodies that are right, for addresses that name a thing. */
const bodies: Readonly<Record<string, () => object>> = {
  'POST /v1/agreements/{id}/amendments': () => ({ effectiveFrom: '2026-03-01', reason: 'More.', until: '2029-01-01' }),
  'POST /v1/agreements/{id}/amendments/{number}/end': () => ({}),
  'POST /v1/agreements/{id}/amendments/{number}/signatures': () => ({
    manifestHash: '0'.repeat(64),
    intent: 'I sign this amendment.',
  }),
  'POST /v1/agreements/{id}/audits': () => ({ from: '2026-01', until: '2026-02' }),
  'POST /v1/agreements/{id}/audits/{number}/answer': () => ({ decision: 'accepted' }),
  'POST /v1/agreements/{id}/audits/{number}/auditors': () => ({ name: 'Auditor', endsAt: '2026-12-01T00:00:00Z' }),
  'POST /v1/agreements/{id}/audits/{number}/conclusion': () => ({
    findings: [{ month: '2026-01', due: '1' }],
    auditCost: '0',
  }),
  'POST /v1/agreements/{id}/breaches': () => ({ what: 'No report has been delivered.' }),
  'POST /v1/agreements/{id}/breaches/{number}/cure': () => ({}),
  'POST /v1/agreements/{id}/breaches/{number}/suspension': () => ({}),
  'POST /v1/agreements/{id}/withdrawals': () => ({ isrcs: ['ZZT012600001'], reason: 'The rights go back.' }),
  'POST /v1/agreements/{id}/withdrawals/{number}/revocation': () => ({}),
  'POST /v1/agreements/{id}/closes': () => ({ month: '2026-01' }),
  'POST /v1/agreements/{id}/end': () => ({ reason: 'We do not need it.' }),
  'POST /v1/agreements/{id}/exchange-rates': () => ({
    base: 'USD',
    quote: 'KZT',
    day: '2026-01-31',
    rate: '521.4',
    note: 'Our bank',
  }),
  'POST /v1/agreements/{id}/exchange-rates/confirmations': () => ({ numbers: [1] }),
  'POST /v1/agreements/{id}/exchange-rates/imports': () => ({}),
  'POST /v1/agreements/{id}/tax-certificates': () => ({}),
  'POST /v1/agreements/{id}/exchange-rates/{number}/withdrawal': () => ({}),
  'POST /v1/agreements/{id}/notices': () => ({ kind: 'termination' }),
  'POST /v1/agreements/{id}/resumption': () => ({}),
  'POST /v1/agreements/{id}/signature-approvals': () => ({}),
  'POST /v1/agreements/{id}/signatures': () => ({ manifestHash: '0'.repeat(64), intent: 'I sign these terms.' }),
  'POST /v1/agreements/{id}/tax-rates': () => ({ tax: 'vat', rate: '0.2', source: 'The law', from: '2026-01-01' }),
  'POST /v1/agreements/{id}/tax-rates/{number}/confirmation': () => ({}),
  'POST /v1/agreements/{id}/tax-rates/{number}/withdrawal': () => ({}),
  'POST /v1/agreements/{id}/tax-rates/{number}/objection': () => ({ reason: 'It is another.' }),
  'POST /v1/invoices/{id}/quotes': () => ({}),
  'POST /v1/agreements/{id}/termination': () => ({ breach: 1, reason: 'It was not cured.' }),
  'POST /v1/agreements/{id}/usage-disputes': () => disputeBody({}),
  'POST /v1/agreements/{id}/period-facts': () => ({ kind: 'expenses', month: '2026-01', value: '10.00' }),
  'POST /v1/agreements/{id}/period-facts/{number}/confirmation': () => ({}),
  'POST /v1/agreements/{id}/advance-options/{advance}/exercise': () => ({}),
  'POST /v1/agreements/{id}/usage-disputes/{number}/release': () => ({}),
  'POST /v1/agreements/{id}/usage-disputes/{number}/withdrawal': () => ({}),
  'POST /v1/approvals/{id}/decision': () => ({ decision: 'approved' }),
  'POST /v1/bank/payment-files/{id}/hand-in': () => ({}),
  'POST /v1/bank/payment-files/{id}/withdrawal': () => ({}),
  'POST /v1/bank/receipts/{id}/uses': () => ({ reason: 'It says so.' }),
  'POST /v1/claims/{id}/reopening': () => ({ reason: 'The licence was broken.' }),
  'POST /v1/claims/{id}/withdrawal': () => ({ reason: 'It is settled.' }),
  'POST /v1/clearance/snapshots/{id}': () => ({}),
  'POST /v1/commission-schedules/{id}/acceptance': () => ({}),
  'POST /v1/drafts/{id}/sending': () => ({}),
  'POST /v1/licence-requests/{id}/declining': () => ({ reason: 'No.' }),
  'POST /v1/licence-requests/{id}/withdrawal': () => ({}),
  'POST /v1/listings/{id}/closing': () => ({}),
  'POST /v1/listings/{id}/negotiations': () => ({ serviceIds: [ours.serviceId] }),
  'POST /v1/negotiations/{id}/acceptance': () => ({ revision: 1 }),
  'POST /v1/negotiations/{id}/attachments': () => ({}),
  'POST /v1/negotiations/{id}/messages': () => ({ text: 'Hello?' }),
  'POST /v1/negotiations/{id}/notes': () => ({ text: 'Hm.' }),
  'POST /v1/negotiations/{id}/refusal': () => ({ reason: 'No.' }),
  'POST /v1/negotiations/{id}/reopening': () => ({}),
  'POST /v1/negotiations/{id}/revisions': () => ({ terms: termsWith({}), basedOn: 1 }),
  'POST /v1/negotiations/{id}/revisions/{number}/strike': () => ({}),
  'POST /v1/negotiations/{id}/simulation-files': () => ({}),
  'POST /v1/negotiations/{id}/simulations': () => simulationBody(),
  'POST /v1/negotiations/{id}/withdrawal': () => ({}),
  'POST /v1/operations/{id}/cancel': () => ({}),
  'POST /v1/members/{id}/signing-authorities': () => authorityBody,
  'POST /v1/signing-authorities/{id}/revocation': () => ({}),
  'POST /v1/signing-keys/{id}/revocation': () => ({}),
  'POST /v1/rights-conflicts/{id}/answers': () => ({ note: 'It is ours.' }),
  'POST /v1/rights-conflicts/{id}/decision': () => ({ shares: [ownShare()], note: 'It is theirs.' }),
  'POST /v1/rights-conflicts/{id}/evidence': () => ({}),
  'POST /v1/rights-conflicts/{id}/proposals': () => ({ shares: [ownShare()] }),
  'POST /v1/rights-conflicts/{id}/proposals/{number}/acceptance': () => ({}),
  'POST /v1/rights-conflicts/{id}/withdrawal': () => ({}),
  'POST /v1/saved-queries/{id}/packages': () => ({ contentHash: '0'.repeat(64) }),
  'POST /v1/payouts/{id}/hold': () => ({ reason: 'An heir has objected.' }),
  'POST /v1/payouts/{id}/hold-release': () => ({}),
  'POST /v1/payouts/{id}/look-up': () => ({}),
  'POST /v1/simulations/{id}/sharing': () => ({}),
  'POST /v1/statements/{id}/lines/{line}/traces': () => ({}),
  'POST /v1/statements/{id}/acceptance': () => ({}),
  'POST /v1/statements/{id}/disputes': () => ({ lines: [1], reason: 'It is less.' }),
  'POST /v1/statements/{id}/disputes/{number}/amount': () => ({ amount: '0.00' }),
  'POST /v1/statements/{id}/disputes/{number}/answer': () => ({ answer: 'rejected' }),
  'POST /v1/statements/{id}/disputes/{number}/withdrawal': () => ({}),
  'POST /v1/usage-inboxes/{id}/closing': () => ({}),
  'POST /v1/usage-reports/{id}/readings': () => ({}),
  'PUT /v1/drafts/{id}': () => ({ terms: {} }),
  'PUT /v1/saved-queries/{id}': () => ({ name: 'Taken', query: {} }),
};

const inPath = (): (Operation & { readonly who: Pick<Attempt, 'foreign' | 'none'> | undefined })[] =>
  operations
    .filter(({ path }) => path.includes('{') && !ownByNature.includes(path))
    .map((operation) => ({ ...operation, who: things[operation.path.slice(0, operation.path.indexOf('}') + 1)] }));

/** The answer with the id that was asked for blotted out, so that answers for two ids can be compared. */
async function answer(
  client: ApiClient,
  method: string,
  path: string,
  id: string,
  options: { body?: object; file?: { type: string; content: string } } = {},
): Promise<{ status: number; headers: string[]; text: string }> {
  const { status, headers, text } = await client.request(method, path, {
    ...(['POST', 'PUT'].includes(method) ? options : {}),
    // The version of every draft here: none is ever changed.
    headers: { 'if-match': '"1"' },
  });
  const kept = [...headers].filter(([name]) => !['date', 'keep-alive'].includes(name)).map((pair) => pair.join(': '));
  return { status, headers: kept, text: text.replaceAll(id, '<id>') };
}

const checksum = async (): Promise<Record<string, string>> => {
  const sums: Record<string, string> = {};
  // What callers do to themselves is theirs: attempts are counted, looks of auditors noted.
  for (const table of (await tablesOf(superuser)).filter((name) => !['rate_limits', 'audit_requests'].includes(name))) {
    const { rows } = await superuser.query<{ sum: string }>(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM "${table}" t`,
    );
    sums[table] = rows[0]!.sum;
  }
  return sums;
};

describe('what belongs to others', () => {
  it('has an entry here for every id that any route takes', () => {
    const known = inPath()
      .filter(({ who }) => who === undefined)
      .map(({ method, path }) => `${method} ${path}`);
    expect(known).toEqual([]);
    const others = operations.flatMap(({ method, path, ids }) =>
      ids.filter((id) => !numbers.includes(id) && !/^path\/(id|isrc)$/.test(id)).map((id) => `${method} ${path} ${id}`),
    );
    expect(others.sort()).toEqual(Object.keys(matrix).sort());
    expect(
      inPath()
        .filter(({ method }) => method === 'POST')
        .map(({ method, path }) => `${method} ${path}`)
        .filter((name) => !(name in bodies) && !name.endsWith('verification')),
    ).toEqual([]);
  });

  it('is not told from what does not exist, by its address', async () => {
    const before = await checksum();
    for (const { method, path, who } of inPath()) {
      const [foreign, none] = [who!.foreign(), who!.none()];
      const body = bodies[`${method} ${path}`]?.() ?? {};
      for (const { name, client } of callers) {
        const ask = (id: string): ReturnType<typeof answer> =>
          answer(
            client,
            method,
            path
              .replace(/\{(id|isrc)\}/, id)
              .replace('{number}/difference', '1/difference?from=1')
              .replace('/reconciliation', `/reconciliation?month=2026-01&serviceId=${theirs.serviceId}`)
              .replace('{number}', '1')
              .replace('tax-rates/in-force', 'tax-rates/in-force?day=2026-01-31')
              .replace('{line}', '1')
              .replace('{auditorId}', auditors.theirs.id)
              .replace('{attachmentId}', theirs.ids.attachment)
              .replace('{transactionId}', theirs.ids['ledger transaction'])
              .replace(/\/attachments$/, method === 'POST' ? '/attachments?fileName=a.pdf' : '/attachments')
              .replace(/\/evidence$/, '/evidence?fileName=a.pdf')
              .replace(/\/tax-certificates$/, '/tax-certificates?from=2026-01&to=2026-01&reference=A'),
            id,
            { body },
          );
        const [theirsAnswer, noneAnswer] = [await ask(foreign), await ask(none)];
        expect([name, method, path, theirsAnswer]).toEqual([name, method, path, noneAnswer]);
        expect([name, method, path, [401, 403, 404].includes(theirsAnswer.status)]).toEqual([name, method, path, true]);
      }
    }
    expect(await checksum()).toEqual(before);
  }, 120_000);

  it('is not told from what does not exist, by queries and bodies', async () => {
    const before = await checksum();
    for (const [operation, attempt] of [...Object.entries(matrix), ...Object.entries(more)]) {
      const [method = '', path = ''] = operation.split(' ');
      const [foreign, none] = [attempt.foreign(), attempt.none()];
      for (const { name, client } of callers) {
        const ask = (id: string): ReturnType<typeof answer> =>
          answer(
            client,
            method,
            attempt.path?.(id) ?? `${path.replace('{id}', attempt.at?.() ?? '{id}')}${attempt.query?.(id) ?? ''}`,
            id,
            {
              ...(attempt.body && { body: attempt.body(id) }),
              ...(attempt.file && { file: attempt.file(id) }),
            },
          );
        const [theirsAnswer, noneAnswer] = [await ask(foreign), await ask(none)];
        expect([name, operation, theirsAnswer]).toEqual([name, operation, noneAnswer]);
        expect([name, operation, theirsAnswer.status < 500]).toEqual([name, operation, true]);
        if (method !== 'GET' && !path.startsWith('/v1/clearance'))
          expect([name, operation, theirsAnswer.status >= 400]).toEqual([name, operation, true]);
      }
    }
    expect(await checksum()).toEqual(before);
  }, 120_000);

  it('is hidden even from the other party where it is not shared', async () => {
    const own: [string, string, Thing, object?][] = [
      ['GET', '/v1/drafts/{id}', 'draft'],
      ['PUT', '/v1/drafts/{id}', 'draft', { terms: {} }],
      ['DELETE', '/v1/drafts/{id}', 'draft'],
      ['POST', '/v1/drafts/{id}/sending', 'draft'],
      ['GET', '/v1/operations/{id}', 'operation'],
      ['POST', '/v1/approvals/{id}/decision', 'approval', { decision: 'approved' }],
      ['DELETE', '/v1/api-keys/{id}', 'api key'],
      ['POST', '/v1/signing-keys/{id}/revocation', 'signing key'],
      ['GET', '/v1/members/{id}/signing-authorities', 'member'],
      ['POST', '/v1/members/{id}/signing-authorities', 'member', authorityBody],
      ['POST', '/v1/signing-authorities/{id}/revocation', 'signing authority'],
      ['GET', '/v1/simulations/{id}', 'simulation'],
      ['POST', '/v1/simulations/{id}/sharing', 'simulation'],
    ];
    for (const [method, path, name, body = {}] of own) {
      const ask = (id: string): ReturnType<typeof answer> =>
        answer(theirs.platform.as, method, path.replace('{id}', id), id, { body });
      const none = name === 'signing key' ? makeSigner().id : randomUUID();
      expect(await ask(theirs.ids[name])).toEqual(await ask(none));
      expect(await ask(theirs.ids[name])).toMatchObject({ status: 404 });
    }
  });

  it('is in no list', async () => {
    const directory = ['/v1/organizations', '/v1/services'];
    const lists = operations
      .filter(({ method, path }) => method === 'GET' && path.startsWith('/v1/') && !path.includes('{'))
      .map(({ path }) => path);
    expect(lists.length).toBeGreaterThan(14);
    const foreign = await idsOf(theirs);
    expect(foreign.size).toBeGreaterThan(40);
    const listed = [theirs.label, theirs.platform, theirs.distributor].map(({ organizationId }) => organizationId);
    const inDirectory = new Set([...listed, theirs.serviceId]);
    let rows = 0;
    for (const { name, client } of callers.slice(0, -2)) {
      for (const path of lists) {
        const { text, status } = await client.request('GET', path);
        if (status === 200) rows += 1;
        const found = [...foreign].filter(
          (id) => text.includes(id) && !(directory.includes(path) && inDirectory.has(id)),
        );
        expect([name, path, found]).toEqual([name, path, []]);
      }
    }
    expect(rows).toBeGreaterThan(80);
    for (const isrc of theirs.isrcs)
      expect((await ours.label.as.request('GET', '/v1/recordings')).text).not.toContain(isrc);
  });
});

/** Every uuid in a row that names one of the world's organizations, and in no row that names one of ours. */
async function idsOf({ label, platform }: World): Promise<Set<string>> {
  const collect = async (organizations: readonly string[]): Promise<Set<string>> => {
    const found = new Set<string>();
    for (const table of await tablesOf(superuser)) {
      const { rows } = await superuser.query<{ row: string }>(
        `SELECT t::text AS row FROM "${table}" t WHERE t::text ~ $1`,
        [organizations.join('|')],
      );
      for (const { row } of rows)
        for (const id of row.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []) found.add(id);
    }
    return found;
  };
  const own = await collect([ours.label.organizationId, ours.platform.organizationId]);
  return new Set([...(await collect([label.organizationId, platform.organizationId]))].filter((id) => !own.has(id)));
}

/** A request as it is written, without a client that tidies the address. */
function raw(method: string, path: string, token: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(app.url);
    const sent = httpRequest(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() },
      },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        reply.on('end', () => resolve({ status: reply.statusCode!, text }));
      },
    );
    sent.on('error', reject).end();
  });
}

async function tokenOf({ email, password }: Party): Promise<string> {
  return (await app.given.client().post<{ accessToken: string }>('/v1/sign-in', { email, password })).accessToken;
}

describe('other ways to write an address or a request', () => {
  const spellings = (id: string): string[] => [
    `/%761/agreements/${id}`,
    `/v1/%61greements/${id}`,
    `//v1/agreements/${id}`,
    `/v1//agreements/${id}`,
    `/v1/./agreements/${id}`,
    `/v1/me/../agreements/${id}`,
    `/v1/agreements/${id}/`,
    `/V1/AGREEMENTS/${id.toUpperCase()}`,
    `/v1/agreements/${id.toUpperCase()}`,
    `/v1/agreements/${id};x`,
    `/v1/agreements/${id}?id=${ours.ids.agreement}`,
    `/v1/agreements/${id}%00`,
    `/v1/agreements/${id}%2f..%2f${ours.ids.agreement}`,
    `/v1/agreements/${id}/${ours.ids.agreement}`,
    `/v1/agreements/${ours.ids.agreement}/../${id}`,
    `/v1/agreements/${ours.ids.agreement}%2f..%2f${id}`,
    `/v1/agreements/{${id}}`,
    `/v1/agreements/%7B%7D`,
    `/v1/agreements/${id.replaceAll('-', '')}`,
    `/v1/agreements/urn:uuid:${id}`,
    `/v1/agreements/${id},${ours.ids.agreement}`,
    `/v1/agreements/%E0%A4%A`,
    `/v1/agreements/${'a'.repeat(5000)}`,
    `http://127.0.0.1/v1/agreements/${id}`,
  ];

  it('show nothing of others', async () => {
    const token = await tokenOf(ours.label);
    for (const path of spellings(theirs.ids.agreement)) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'DELETE', 'POST', 'SEARCH']) {
        const { status, text } = await raw(method, path, token);
        expect([method, path, status >= 400 && status < 500]).toEqual([method, path, true]);
        expect([method, path, text.includes(theirs.label.organizationId)]).toEqual([method, path, false]);
      }
    }
  });

  it('show either what the plain address shows, or nothing', async () => {
    const token = await tokenOf(ours.label);
    const plain = await raw('GET', `/v1/agreements/${ours.ids.agreement}`, token);
    expect(plain.status).toBe(200);
    for (const path of spellings(ours.ids.agreement)) {
      const { status, text } = await raw('GET', path, token);
      const same = status === 200 && text === plain.text;
      expect([path, status, same || [400, 404, 414].includes(status)]).toEqual([path, status, true]);
    }
  });

  it('are not reached by methods that a route does not have', async () => {
    const token = await tokenOf(ours.label);
    for (const path of new Set(operations.map((operation) => operation.path))) {
      const own = operations.filter((operation) => operation.path === path).map(({ method }) => method);
      const address = path
        .replace('{id}', ours.ids.agreement)
        .replace('{number}', '1')
        .replace('{isrc}', ours.isrcs[0]!);
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'DELETE', 'POST', 'PROPFIND']) {
        if (own.includes(method) || (method === 'HEAD' && own.includes('GET'))) continue;
        const { status } = await raw(method, address, token);
        expect([method, address, [400, 404, 405].includes(status)]).toEqual([method, address, true]);
      }
    }
  });
});

describe('values of the wrong shape', () => {
  const wrong: readonly unknown[] = [
    null,
    [],
    [null],
    [[]],
    [{}],
    {},
    '',
    0,
    -1,
    1.5,
    true,
    [[null]],
    { length: 1 },
    '\u0000',
    'x'.repeat(100_000),
  ];

  const rightBodies = (): Record<string, object> => ({
    ...Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, body()])),
    ...Object.fromEntries(
      Object.entries(matrix).flatMap(([name, { body, none }]) =>
        body ? [[name.split(' ').slice(0, 2).join(' '), body(none())]] : [],
      ),
    ),
    'POST /v1/api-keys': { name: 'Key', roles: ['reader'] },
    'POST /v1/members': { name: 'Ada', email: 'ada-shape@example.org', password: 'xk2!9-fjord', roles: ['reader'] },
    'POST /v1/services': { name: 'Service' },
    'POST /v1/sign-in': { email: 'nobody@example.org', password: 'xk2!9-fjord' },
    'POST /v1/organizations': {
      kind: 'label',
      name: 'N',
      country: 'KZ',
      partyId: 'P',
      legalName: 'N',
      registrationNumber: '1',
      address: 'A',
      taxId: '1',
      frameworkAgreement: currentFramework.sha256,
      member: { name: 'A', email: 'a@example.org', password: 'xk2!9-fjord' },
    },
    'POST /v1/invoicing-details': {
      ...{ legalName: 'N', street: 'S', city: 'C', postalCode: '1', region: 'R', country: 'KZ' },
      ...{ vatId: 'KZ1234', taxNumber: '1', registrationNumber: '1', email: 'a@example.org' },
    },
    'POST /v1/commission-schedules': { rate: '0.05', from: '2030-01-01', until: '2031-01-01' },
    'POST /v1/payment-accounts': { country: 'KZ' },
    'POST /v1/payment-accounts/link': { returnUrl: 'https://label.example/', refreshUrl: 'https://label.example/' },
  });

  /** The body with each field in turn, nested ones included, given the value. */
  function* variants(body: object, value: unknown): Generator<object> {
    for (const [name, given] of Object.entries(body)) {
      yield { ...body, [name]: value };
      if (name === 'terms' || name === 'template') continue;
      if (Array.isArray(given) && typeof given[0] === 'object')
        for (const inner of variants(given[0] as object, value)) yield { ...body, [name]: [inner] };
      else if (typeof given === 'object' && given !== null && !Array.isArray(given))
        for (const inner of variants(given as object, value)) yield { ...body, [name]: inner };
    }
  }

  it('are refused as such at every field of every body, and change nothing', async () => {
    const before = await checksum();
    const withBody = operations.filter(({ method, path }) => method === 'POST' && `POST ${path}` in rightBodies());
    expect(withBody.length).toBeGreaterThan(18);
    const operator = await app.given.operator();
    for (const { path } of withBody) {
      const name = `POST ${path}`;
      const address = path.replace('{id}', things[path.slice(0, path.indexOf('}') + 1)]?.none() ?? '');
      const clients = path === '/v1/commission-schedules' ? [operator] : [ours.label.as, ours.platform.as];
      for (const [number, value] of wrong.entries()) {
        for (const body of variants(rightBodies()[name]!, value)) {
          // In turn: each field is tried by all of them.
          const { status, text } = await clients[number % clients.length]!.request('POST', address, { body });
          const seen = [name, JSON.stringify(body).slice(0, 300), status, text.slice(0, 300)];
          expect([...seen, status >= 400 && status < 500]).toEqual([...seen, true]);
        }
      }
    }
    expect(await checksum()).toEqual(before);
  }, 180_000);

  it('are refused where a body should be', async () => {
    for (const body of ['null', '[]', '"text"', '0', 'true', '[null]', '[{}]']) {
      for (const path of ['/v1/claims', '/v1/packages', '/v1/negotiations', '/v1/payouts']) {
        const { status } = await ours.label.as.request('POST', path, {
          file: { type: 'application/json', content: body },
        });
        expect([path, body, status]).toEqual([path, body, 400]);
      }
    }
  });

  it('name a thing twice without doing it twice', async () => {
    const twice = await ours.label.as.request<{ code: string }>('POST', '/v1/payouts', {
      body: { invoiceIds: [ours.ids.invoice, ours.ids.invoice] },
    });
    expect([twice.status, twice.body.code]).toEqual([400, 'request-invalid']);
    const { status } = await ours.label.as.request('POST', '/v1/claims', {
      body: claimBody(ours.platform.organizationId, [ours.isrcs[0]!, ours.isrcs[0]!]),
    });
    expect([200, 201, 400, 409, 422]).toContain(status);
  });
});
