import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { BeforeSigning, OnAmended, OnConcluded } from '../../src/agreements';
import { ConcludeAgreement } from '../../src/agreements/conclude-agreement';
import { SignAgreement } from '../../src/agreements/sign-agreement';
import { getVersion } from '../../src/agreements/versions.repository';
import { territoryNumbers } from '../../src/kernel';
import { AcceptRevision } from '../../src/offers/accept-revision';
import type { Negotiation } from '../../src/offers/negotiations.repository';
import { OpenNegotiation } from '../../src/offers/open-negotiation';
import { Confirmations, currentFramework } from '../../src/parties';
import { Approvals } from '../../src/platform/approvals/approvals';
import type { Actor } from '../../src/platform/auth/actor';
import { FrozenClock } from '../../src/platform/clock';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { Keyring } from '../../src/platform/keyring/keyring';
import { freshDatabase, type FreshDatabase } from './database';
import { dealTerms, type DealParts } from './terms';

export interface BenchPlatform {
  readonly actor: Actor;
  readonly serviceIds: readonly string[];
}

/** The commands of a deal on a database of their own, without HTTP in front: for races and for what the database refuses. */
export class DealBench {
  readonly onConcluded = new OnConcluded();
  private readonly clock = new FrozenClock(new Date('2026-01-05T09:00:00Z'));

  private constructor(
    readonly urls: FreshDatabase,
    readonly database: Database,
    readonly superuser: Client,
    private readonly keyring: Keyring,
    private readonly folder: string,
  ) {}

  static async start(): Promise<DealBench> {
    const urls = await freshDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'accordo-deals-'));
    const source = await applicationDataSource(urls.applicationUrl, 20).initialize();
    const superuser = new Client({ connectionString: urls.superuserUrl });
    await superuser.connect();
    const keyring = await Keyring.open(join(folder, 'keyring.json'), new Date('2026-01-01T00:00:00Z'));
    return new DealBench(urls, new Database(source), superuser, keyring, folder);
  }

  async close(): Promise<void> {
    await this.superuser.end();
    await this.database.source.destroy();
    await this.urls.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A verified label that controls these recordings everywhere, for ever. */
  async label(isrcs: readonly string[]): Promise<Actor> {
    const actor = await this.organization('label');
    const owner = actor.organizationId;
    await this.superuser.query(
      `INSERT INTO recordings (owner_id, isrc, title, artists, updated_at) SELECT $1, isrc, isrc, '{Somebody}', now() FROM unnest($2::text[]) AS isrc`,
      [owner, isrcs],
    );
    await this.superuser.query(
      `INSERT INTO recording_rights (owner_id, recording_id, share, territories, in_force, stated_at, stated_by)
       SELECT owner_id, id, 1, $2, daterange('2000-01-01', NULL), now(), 'test' FROM recordings WHERE owner_id = $1`,
      [owner, territoryNumbers({ worldwideExcept: [] })],
    );
    return actor;
  }

  /** A verified platform with two services. */
  async platform(): Promise<BenchPlatform> {
    const actor = await this.organization('platform');
    const { rows } = await this.superuser.query<{ id: string }>(
      `INSERT INTO services (organization_id, name, created_at) VALUES ($1, 'One', now()), ($1, 'Two', now()) RETURNING id`,
      [actor.organizationId],
    );
    return { actor, serviceIds: rows.map(({ id }) => id) };
  }

  private async organization(kind: 'label' | 'platform'): Promise<Actor> {
    const { rows } = await this.superuser.query<{ id: string }>(
      `INSERT INTO organizations (kind, name, country, state, registered_at, verified_at, verified_by)
       VALUES ($1, $1, 'KZ', 'verified', now(), now(), 'test') RETURNING id`,
      [kind],
    );
    const organizationId = rows[0]!.id;
    const memberId = randomUUID();
    await this.superuser.query(
      `INSERT INTO members (id, organization_id, name, email, password_hash, roles, created_at) VALUES ($1, $2, 'Member', $3, '', '{}', now())`,
      [memberId, organizationId, `${memberId}@example.org`],
    );
    const { version, sha256 } = currentFramework;
    await this.superuser.query(
      `INSERT INTO framework_acceptances (organization_id, sha256, version, accepted_by, address, accepted_at) VALUES ($1, $2, $3, $4, '', '2020-01-01')`,
      [organizationId, sha256, version, memberId],
    );
    return {
      organizationId,
      organizationKind: kind,
      verified: true,
      roles: ['admin', 'signatory'],
      by: { kind: 'member', id: memberId, sessionId: randomUUID() },
    };
  }

  /** An offer of the label that waits for the platform's answer. */
  open(
    label: Actor,
    platform: BenchPlatform,
    parts: Pick<DealParts, 'isrcs'> & Partial<DealParts>,
  ): Promise<Negotiation> {
    const terms = dealTerms({
      labelId: label.organizationId,
      platformId: platform.actor.organizationId,
      serviceIds: platform.serviceIds,
      ...parts,
    });
    const counterpartyId = platform.actor.organizationId;
    return this.database.withTenant(label, (tx) =>
      new OpenNegotiation(this.clock).execute(tx, label, { counterpartyId, terms }),
    );
  }

  accept(actor: Actor, negotiationId: string, revision = 1): Promise<Negotiation> {
    return this.database.withTenant(actor, (tx) =>
      new AcceptRevision(this.clock, new Approvals(this.clock)).execute(tx, actor, negotiationId, { revision }),
    );
  }

  async sign(actor: Actor, agreementId: string): Promise<void> {
    const { signedHash } = await this.database.withTenant(actor, (tx) => getVersion(tx, agreementId, 1), 'read');
    const confirmations = new Confirmations(this.keyring, this.clock);
    const sign = new SignAgreement(
      this.clock,
      this.keyring,
      new ConcludeAgreement(this.clock, this.onConcluded, new OnAmended()),
      confirmations,
      new BeforeSigning(),
    );
    const { confirmation } = await confirmations.issue(actor.by as Extract<Actor['by'], { kind: 'member' }>);
    const body = { manifestHash: signedHash, intent: 'We sign these terms.', confirmation };
    await this.database.withTenant(actor, (tx) =>
      sign.execute(tx, actor, { agreementId, version: 1, address: '127.0.0.1' }, body),
    );
  }

  /** An agreement that the platform has accepted and signed: only the label's signature is missing. */
  async nearlyConcluded(
    label: Actor,
    platform: BenchPlatform,
    parts: Pick<DealParts, 'isrcs'> & Partial<DealParts>,
  ): Promise<string> {
    const { id } = await this.open(label, platform, parts);
    const { agreementId } = await this.accept(platform.actor, id);
    await this.sign(platform.actor, agreementId!);
    return agreementId!;
  }

  async concluded(
    label: Actor,
    platform: BenchPlatform,
    parts: Pick<DealParts, 'isrcs'> & Partial<DealParts>,
  ): Promise<string> {
    const agreementId = await this.nearlyConcluded(label, platform, parts);
    await this.sign(label, agreementId);
    return agreementId;
  }
}
