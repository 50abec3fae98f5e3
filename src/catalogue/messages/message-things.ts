import { often, type Tx } from '../../platform/database/tx';
import type { KeptDeal, KeptRelease, KeptResource } from './message-reading';

type Numbered<Thing> = Thing & { readonly number: number };

/** So many characters are gathered before they are written. */
const gatheredMax = 1024 * 1024;

/** Keeps the things of a message as they are read, a few hundred at a time: none of them waits in memory for the end. */
export class MessageThings {
  private resources: Numbered<KeptResource>[] = [];
  private releases: Numbered<KeptRelease>[] = [];
  private deals: Numbered<KeptDeal & { readonly grants: boolean }>[] = [];
  private readonly numbers = { resource: 0, release: 0, deal: 0 };
  private gathered = 0;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly tx: Tx,
    private readonly owner: { readonly messageId: string; readonly ownerId: string },
    private readonly at: Date,
  ) {}

  get resourceCount(): number {
    return this.numbers.resource;
  }

  addResource(resource: KeptResource): void {
    this.numbers.resource += 1;
    this.gathered += resource.content.length;
    this.resources.push({ ...resource, number: this.numbers.resource });
  }

  /** Gives the number of the release within the message. */
  addRelease(release: KeptRelease): number {
    this.numbers.release += 1;
    this.gathered += release.content.length + release.resources.length;
    this.releases.push({ ...release, number: this.numbers.release });
    return this.numbers.release;
  }

  addDeal(deal: KeptDeal): void {
    this.numbers.deal += 1;
    this.gathered += deal.content.length;
    const grants = deal.grantsUntil === null || deal.grantsUntil > this.at.toISOString().slice(0, 19);
    this.deals.push({ ...deal, grants, number: this.numbers.deal });
  }

  /** Writes what has gathered, if it is enough, while the reader goes on: waits for what was written before. */
  async flush(isLast = false): Promise<void> {
    if (this.gathered < gatheredMax && !isLast) return;
    await this.writing;
    this.writing = this.write();
    // Whoever flushes next, or last, hears of it.
    this.writing.catch(() => undefined);
    if (isLast) await this.writing;
  }

  /** Drops what has gathered: the message will not count. */
  forget(): void {
    [this.resources, this.releases, this.deals, this.gathered] = [[], [], [], 0];
  }

  /** Until nothing is written any more. */
  async settle(): Promise<void> {
    await this.writing.catch(() => undefined);
  }

  private async write(): Promise<void> {
    const { resources, releases, deals } = this;
    this.forget();
    const owner = [this.owner.messageId, this.owner.ownerId];
    if (resources.length > 0) {
      await this.tx.run(
        often(`INSERT INTO message_resources (message_id, owner_id, number, reference, kind, isrcs, shown, content)
         SELECT $1, $2, number, reference, kind, ARRAY(SELECT jsonb_array_elements_text(isrcs)), shown, content
           FROM unnest($3::int[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[], $8::jsonb[]) AS t (number, reference, kind, isrcs, shown, content)`),
        [...owner, ...columns(resources, ['number', 'reference', 'kind', 'isrcs', 'shown', 'content'])],
      );
    }
    if (releases.length > 0) {
      await this.tx.run(
        often(`INSERT INTO message_releases (message_id, owner_id, number, reference, kind, resources, content)
         SELECT $1, $2, number, reference, kind, ARRAY(SELECT jsonb_array_elements_text(resources)), content
           FROM unnest($3::int[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[]) AS t (number, reference, kind, resources, content)`),
        [...owner, ...columns(releases, ['number', 'reference', 'kind', 'resources', 'content'])],
      );
    }
    if (deals.length > 0) {
      await this.tx.run(
        often(`INSERT INTO message_deals (message_id, owner_id, number, kind, releases, grants, content)
         SELECT $1, $2, number, kind, ARRAY(SELECT jsonb_array_elements_text(releases)), grants, content
           FROM unnest($3::int[], $4::text[], $5::jsonb[], $6::boolean[], $7::jsonb[]) AS t (number, kind, releases, grants, content)`),
        [...owner, ...columns(deals, ['number', 'kind', 'releases', 'grants', 'content'])],
      );
    }
  }
}

const columns = <Row>(rows: readonly Row[], names: readonly (keyof Row)[]): unknown[][] =>
  names.map((name) => rows.map((row) => row[name]));
