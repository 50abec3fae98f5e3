import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { AppModule, type AppParts } from './app.module';
import { SystemClock } from './platform/clock';
import { applicationDataSource, Database } from './platform/database/database';
import { describeContract, operationIdOf } from './platform/http/contract';
import { Keyring } from './platform/keyring/keyring';
import { Storage } from './platform/storage/storage';

/** The headings of the description, in the order in which a deal meets them. */
const headings: Readonly<Record<string, string>> = {
  'sign-in': 'Sessions of members, and who a request is made by.',
  organizations: 'Labels and platforms: registration, verification and the directory.',
  members: 'The people of your organization.',
  'api-keys': 'Keys with which your machines ask.',
  'signing-keys': 'Keys that organizations sign with by themselves, and their public halves.',
  delegations: 'Labels that let a distributor act for them.',
  services: 'What platforms make music available through.',
  catalogue: 'A label’s recordings, the rights in them, and packages of them.',
  enforcement: 'Claims about unlicensed use, until an agreement settles them.',
  listings: 'Standing offers of labels: a package on the terms of a template, for those who may see it.',
  'licence-requests': 'What platforms ask labels for.',
  drafts: 'Offers and revisions that are being written, and that nobody else sees.',
  negotiations: 'Offers, their revisions and what is said beside them, until one is accepted.',
  simulations: 'What revisions would pay, on reported usage, a file or a forecast.',
  agreements: 'Accepted terms, their signatures, and what they say.',
  clearance: 'Whether a use is licensed.',
  usage: 'Reports of what a service did with recordings in a month.',
  uploads: 'Large files in pieces (tus 1.0), to be used by their id.',
  statements: 'Closed months: what was earned, recouped and is payable, and why.',
  rates: 'Rates of exchange and tax: what banks publish, what parties agree on, and each use.',
  audits: 'Looking into closed months by the contract: who may, what was found, and what that comes to.',
  ledger: 'Who owes what, in double entry.',
  invoices: 'What a platform pays to a label.',
  payments: 'What the payment provider tells.',
  bank: 'Money that comes and goes by bank: accounts and details, what banks tell, files of payments.',
  payouts: 'Money sent to labels, where it goes, and the commission taken.',
  approvals: 'Decisions of a second person.',
  operations: 'Long work that can be followed.',
  events: 'What happened, told to each organization.',
  health: 'Whether the process runs and can answer, and its public keys.',
};

/** The API's description, made from the code. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Accordo')
    .setVersion('1')
    .setDescription(
      'A licensing marketplace between record labels and internet platforms. Amounts are text, days are ISO dates, refusals are problem details (RFC 9457) with a stable code and every fault at once. Every write takes an Idempotency-Key.',
    )
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'an access token from /v1/sign-in, or an API key' })
    .addSecurityRequirements('bearer');
  for (const [name, text] of Object.entries(headings)) description.addTag(name, text);
  return describeContract(
    app,
    SwaggerModule.createDocument(app, description.build(), { operationIdFactory: operationIdOf }),
  );
}

/** Serves the description at /openapi.json and an interactive page at /docs. */
export function serveOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Accordo API',
  });
}

/** The description made without a database: nothing is connected, nothing listens. */
export async function describeApi(): Promise<OpenAPIObject> {
  const folder = mkdtempSync(join(tmpdir(), 'accordo-openapi-'));
  const clock = new SystemClock();
  const parts: AppParts = {
    clock,
    database: new Database(applicationDataSource('postgresql://127.0.0.1/accordo')),
    storage: new Storage(folder),
    keyring: await Keyring.open(join(folder, 'keyring.json'), clock.now()),
    rail: undefined,
    licences: { ageLimitMilliseconds: 5_000 },
  };
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(parts), new FastifyAdapter(), {
    logger: false,
    preview: true,
  });
  try {
    return openApiDocument(app);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
