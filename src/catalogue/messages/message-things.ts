import type { Deal, Release, Resource, Visibility } from '../../ddex';
import type { Tx } from '../../platform/database/tx';
import { resourcesOf, shownResource } from './searchable';

interface Thing {
  readonly number: number;
  readonly content: string;
}
interface KeptResource extends Thing {
  readonly reference: string | null;
  readonly kind: string;
  readonly isrcs: string;
  readonly shown: string;
}
interface KeptRelease extends Thing {
  readonly reference: string | null;
  readonly kind: string;
  readonly resources: string;
}
interface KeptDeal extends Thing {
  readonly kind: 'deal' | 'visibility';
  readonly releases: string;
  readonly grants: boolean;
}

/** So many characters are gathered before they are written. */
const gatheredMax = 1024 * 1024;

/** Keeps the things of a message as they are read, a few hundred at a time: none of them waits in memory for the end. */
export class MessageThings {
  private resources: KeptResource[] = [];
  private releases: KeptRelease[] = [];
  private deals: KeptDeal[] = [];
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

  addResource(resource: Resource): void {
    const { reference, kind } = resource;
    const texts = { isrcs: JSON.stringify(resource.isrcs), shown: JSON.stringify(shownResource(resource)) };
    this.numbers.resource += 1;
    this.resources.push({ number: this.numbers.resource, content: this.text(resource), reference, kind, ...texts });
  }

  /** Gives the number of the release within the message. */
  addRelease(release: Release): number {
    const { reference, kind } = release;
    const resources = JSON.stringify(resourcesOf(release));
    this.gathered += resources.length;
    this.numbers.release += 1;
    this.releases.push({ number: this.numbers.release, content: this.text(release), reference, kind, resources });
    return this.numbers.release;
  }

  addDeal(deal: Deal): void {
    this.keepDeal(deal, { kind: 'deal', releases: deal.releases, grants: this.grants(deal) });
  }

  addVisibility(visibility: Visibility): void {
    this.keepDeal(visibility, { kind: 'visibility', releases: [], grants: false });
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

  private keepDeal(
    thing: object,
    { kind, releases, grants }: { kind: KeptDeal['kind']; releases: readonly string[]; grants: boolean },
  ): void {
    this.numbers.deal += 1;
    const number = this.numbers.deal;
    this.deals.push({ number, content: this.text(thing), kind, releases: JSON.stringify(releases), grants });
  }

  /** A deal that is agreed elsewhere may; a take-down, and one that is over, does not. */
  private grants({ terms }: Deal): boolean {
    if (terms === null) return true;
    const now = this.at.toISOString().slice(0, 19);
    const { periods, isTakeDown } = terms;
    return (
      !isTakeDown && (periods.length === 0 || periods.some(({ until }) => until === null || until.slice(0, 19) > now))
    );
  }

  private text(thing: object): string {
    const text = JSON.stringify(thing);
    this.gathered += text.length;
    return text;
  }

  private async write(): Promise<void> {
    const { resources, releases, deals } = this;
    this.forget();
    const owner = [this.owner.messageId, this.owner.ownerId];
    if (resources.length > 0) {
      await this.tx.run(
        `INSERT INTO message_resources (message_id, owner_id, number, reference, kind, isrcs, shown, content)
         SELECT $1, $2, number, reference, kind, ARRAY(SELECT jsonb_array_elements_text(isrcs)), shown, content
           FROM unnest($3::int[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[], $8::jsonb[]) AS t (number, reference, kind, isrcs, shown, content)`,
        [...owner, ...columns(resources, ['number', 'reference', 'kind', 'isrcs', 'shown', 'content'])],
      );
    }
    if (releases.length > 0) {
      await this.tx.run(
        `INSERT INTO message_releases (message_id, owner_id, number, reference, kind, resources, content)
         SELECT $1, $2, number, reference, kind, ARRAY(SELECT jsonb_array_elements_text(resources)), content
           FROM unnest($3::int[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[]) AS t (number, reference, kind, resources, content)`,
        [...owner, ...columns(releases, ['number', 'reference', 'kind', 'resources', 'content'])],
      );
    }
    if (deals.length > 0) {
      await this.tx.run(
        `INSERT INTO message_deals (message_id, owner_id, number, kind, releases, grants, content)
         SELECT $1, $2, number, kind, ARRAY(SELECT jsonb_array_elements_text(releases)), grants, content
           FROM unnest($3::int[], $4::text[], $5::jsonb[], $6::boolean[], $7::jsonb[]) AS t (number, kind, releases, grants, content)`,
        [...owner, ...columns(deals, ['number', 'kind', 'releases', 'grants', 'content'])],
      );
    }
  }
}

const columns = <Row>(rows: readonly Row[], names: readonly (keyof Row)[]): unknown[][] =>
  names.map((name) => rows.map((row) => row[name]));
