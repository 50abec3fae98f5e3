import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeApi } from '../../src/openapi';
import { errorCodes } from '../../src/platform/errors/codes';
import { startTestApp, type TestApp } from '../support/app';
import { root } from '../support/repository';
import { isWrite, nameOf, routesOf } from '../support/route-table';
import { setCommission, tellWorld, type World, worldTime } from '../support/world';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
interface Description {
  readonly openapi: string;
  readonly security: readonly object[];
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

let app: TestApp;
let world: World;
let description: Description;
let operations: (Operation & { readonly method: string; readonly path: string })[];

beforeAll(async () => {
  app = await startTestApp({ at: worldTime, worker: true, rail: true });
  await setCommission(app);
  world = await tellWorld(app, 1);
  description = await world.label.as.get<Description>('/openapi.json');
  operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  );
}, 120_000);
afterAll(() => app?.close());

const nameOfOperation = ({ method, path }: { method: string; path: string }): string =>
  `${method.toUpperCase()} ${path}`;
const resolve = (schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : description.components.schemas[schema.$ref.replace('#/components/schemas/', '')]!;

describe('the description of the API', () => {
  it('is OpenAPI 3.1 and asks for credentials unless a route is open', () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(description.security).toEqual([{ bearer: [] }]);
    expect(description.components.securitySchemes).toHaveProperty('bearer');
    const open = operations
      .filter(({ security }) => security?.length === 0)
      .map(nameOfOperation)
      .sort();
    const routes = routesOf(app.app);
    expect(open).toEqual(
      routes
        .filter((route) => route.allowance?.public)
        .map(nameOf)
        .sort(),
    );
    expect(operations.filter(({ security }) => security !== undefined && security.length > 0)).toEqual([]);
  });

  it('names every operation once, says in a line what it does, and puts it under a heading', () => {
    expect(operations.length).toBeGreaterThan(60);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const lines = operations.map(({ summary = '' }) => summary.trim());
    expect(operations.filter((_, place) => !/^[A-Z].{5,69}$/.test(lines[place]!)).map(nameOfOperation)).toEqual([]);
    expect(lines.filter((line, place) => lines.indexOf(line) !== place)).toEqual([]);
    expect(operations.filter(({ tags }) => tags?.length !== 1).map(nameOfOperation)).toEqual([]);
  });

  it('says what each heading is about, sign-in first and health last', () => {
    const headings = description.tags.map(({ name }) => name);
    expect([...headings].sort()).toEqual([...new Set(operations.flatMap(({ tags = [] }) => tags))].sort());
    expect(description.tags.filter((tag) => !tag.description)).toEqual([]);
    expect([headings[0], headings.at(-1)]).toEqual(['sign-in', 'health']);
  });

  it('names no refusal that does not exist', () => {
    const named = operations.flatMap(({ description: text = '' }) =>
      [...text.matchAll(/`([a-z]+(?:-[a-z]+)+|forbidden)`/g)].map(([, code]) => code!),
    );
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((code) => !(code in errorCodes))).toEqual([]);
  });

  it('says what each operation answers', () => {
    const silent = operations.filter(({ method, responses }) => {
      // Its answer has headers alone.
      if (method === 'head') return false;
      const [status, success] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
      if (status === undefined) return true;
      if (status === '204') return success?.content !== undefined;
      return !Object.values(success?.content ?? {}).some(
        ({ schema }) => schema !== undefined && Object.keys(schema).length > 0,
      );
    });
    expect(silent.map(nameOfOperation)).toEqual([]);
    expect(
      operations
        .filter(({ responses }) => !('application/problem+json' in (responses.default?.content ?? {})))
        .map(nameOfOperation),
    ).toEqual([]);
  });

  it('says which parameters an address has, and that a write needs a key', () => {
    for (const operation of operations) {
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect([nameOfOperation(operation), described.map(({ name }) => name)]).toEqual([
        nameOfOperation(operation),
        inPath,
      ]);
      expect(described.every(({ required }) => required)).toBe(true);
    }
    const keyed = operations
      .filter(({ parameters }) => parameters.some(({ name, required }) => name === 'Idempotency-Key' && required))
      .map(nameOfOperation);
    const writes = routesOf(app.app).filter((route) => isWrite(route) && !route.allowance?.public);
    expect(keyed.sort()).toEqual(writes.map((route) => nameOf(route).replace(/:(\w+)/g, '{$1}')).sort());
  });

  it('says where a distributor may ask in a label’s name', () => {
    const delegable = operations
      .filter(({ parameters }) => parameters.some(({ name }) => name === 'Accordo-On-Behalf-Of'))
      .map(nameOfOperation);
    expect(delegable).toEqual(expect.arrayContaining(['POST /v1/negotiations', 'POST /v1/claims', 'GET /v1/me']));
    expect(delegable.filter((name) => /acceptance|signatures|payouts|clearance|members/.test(name))).toEqual([]);
  });

  it('refers to nothing that is missing, and leaves nothing unused', () => {
    const text = JSON.stringify(description);
    const references = new Set([...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference!));
    expect(references.size).toBeGreaterThan(40);
    expect(
      [...references].filter(
        (reference) => !(reference.replace('#/components/schemas/', '') in description.components.schemas),
      ),
    ).toEqual([]);
    expect(
      Object.keys(description.components.schemas).filter((name) => !references.has(`#/components/schemas/${name}`)),
    ).toEqual([]);
  });

  it('gives every object’s fields a type', () => {
    const untyped: string[] = [];
    const visit = (schema: Schema, place: string): void => {
      if (schema.$ref !== undefined) return;
      if (
        schema.type === undefined &&
        schema.allOf === undefined &&
        schema.oneOf === undefined &&
        !schema.anyOf?.some(({ $ref }) => $ref !== undefined)
      )
        untyped.push(place);
      if (schema.type === 'array' && schema.items === undefined) untyped.push(`${place}[]`);
      if (schema.type === 'object' && schema.properties === undefined && schema.additionalProperties === undefined)
        untyped.push(place);
      for (const [name, property] of Object.entries(schema.properties ?? {})) visit(property, `${place}.${name}`);
      if (schema.items) visit(schema.items, `${place}[]`);
    };
    for (const [name, schema] of Object.entries(description.components.schemas)) visit(schema, name);
    // What a clause said before and after may be any JSON.
    expect(untyped).toEqual(['ValueDifferenceView.before', 'ValueDifferenceView.after']);
  });

  it('is what the code says without a server', async () => {
    expect(JSON.parse(JSON.stringify(await describeApi()))).toEqual(description);
  });

  it('is what `accordo openapi` writes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'accordo-openapi-'));
    try {
      const file = join(folder, 'openapi.json');
      const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/accordo.js', 'openapi', '--out', file], {
        cwd: root,
        encoding: 'utf8',
      });
      expect([status, stdout, stderr]).toEqual([0, '', '']);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(description);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the interactive page', () => {
  it('is there with everything that it loads', async () => {
    const page = await fetch(`${app.url}/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/html\b/)]);
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, address]) => new URL(address!, `${app.url}/docs`).href,
    );
    expect(loaded.length).toBeGreaterThan(3);
    for (const address of loaded) {
      const reply = await fetch(address);
      expect([address, reply.status, (await reply.text()).length > 0]).toEqual([address, 200, true]);
    }
    // Scripts inside of the page would be stopped by its own content security policy.
    expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/);
  });
});

describe('what routes answer', () => {
  /** Places where the value is not what the schema says: fields too many or too few, other types. */
  function differences(given: Schema, value: unknown, place: string): string[] {
    const schema = resolve(given);
    if (schema.allOf) return schema.allOf.flatMap((part) => differences(part, value, place));
    const forms = schema.oneOf ?? schema.anyOf;
    if (forms)
      return forms.some((part) => differences(part, value, place).length === 0) ? [] : [`${place}: none of its forms`];
    const types = [schema.type ?? 'object'].flat();
    const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    const fits =
      types.includes(actual) ||
      (actual === 'number' && types.includes('integer') && Number.isInteger(value)) ||
      (value === null && (schema as { nullable?: boolean }).nullable === true);
    if (!fits) return [`${place}: ${actual} where ${types.join()} is described`];
    if (Array.isArray(value))
      return value.flatMap((entry, index) => differences(schema.items!, entry, `${place}/${index}`));
    if (actual !== 'object' || schema.properties === undefined) return [];
    const known = schema.properties;
    const extra = Object.keys(value as object)
      .filter((name) => !(name in known))
      .map((name) => `${place}/${name}: not described`);
    const missing = (schema.required ?? [])
      .filter((name) => !(name in (value as object)))
      .map((name) => `${place}/${name}: missing`);
    const inner = Object.entries(value as object).flatMap(([name, field]) =>
      known[name] ? differences(known[name], field, `${place}/${name}`) : [],
    );
    return [...extra, ...missing, ...inner];
  }

  const filledIn = (path: string): string => {
    const { ids } = world;
    const idOf: Readonly<Record<string, string>> = {
      agreements: ids.agreement,
      imports: ids.import,
      claims: ids.claim,
      drafts: ids.draft,
      invoices: ids.invoice,
      'licence-requests': ids['licence request'],
      listings: ids.listing,
      members: ids.member,
      negotiations: ids.negotiation,
      operations: ids.operation,
      organizations: world.label.organizationId,
      packages: ids.package,
      payouts: ids.payout,
      'saved-queries': ids['saved query'],
      simulations: ids.simulation,
      statements: ids.statement,
      'usage-reports': ids['usage report'],
    };
    return path
      .replace(/([\w-]+)\/\{id\}/, (_, collection: string) => `${collection}/${idOf[collection]!}`)
      .replace('{isrc}', world.isrcs[0]!)
      .replace('{number}/difference', '1/difference?from=1')
      .replace('/reconciliation', `/reconciliation?month=2026-01&serviceId=${world.serviceId}`)
      .replace('{number}', '1');
  };

  it('is described to the last field', async () => {
    const operator = await app.given.operator();
    const asked = operations.filter(({ method }) => method === 'get');
    let seen = 0;
    for (const { path, responses } of asked) {
      const schema = responses['200']?.content?.['application/json']?.schema;
      if (schema === undefined) continue;
      for (const client of [world.label.as, world.platform.as, operator]) {
        const { status, body } = await client.request<unknown>('GET', filledIn(path));
        if (status !== 200) continue;
        seen += 1;
        expect([path, differences(schema, body, '')]).toEqual([path, []]);
      }
    }
    expect(seen).toBeGreaterThan(80);
  });

  it('when refused is described as well', async () => {
    const problem = { $ref: '#/components/schemas/Problem' };
    for (const [method, path, body] of [
      ['GET', '/v1/claims/1', undefined],
      ['GET', '/v1/claims?limit=0', undefined],
      ['POST', '/v1/claims', {}],
      ['POST', '/v1/packages', { name: 'A', isrcs: ['ZZT012688888'] }],
    ] as const) {
      const answer = await world.label.as.request<unknown>(method, path, body ? { body } : {});
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(differences(problem, answer.body, '')).toEqual([]);
    }
  });
});
