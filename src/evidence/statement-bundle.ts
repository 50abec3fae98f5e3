import { createHash, type Hash } from 'node:crypto';
import { canonicalText } from '../kernel';

export const STATEMENT_BUNDLE_SCHEMA = 'accordo-statement-bundle/1';
/** What the header of its seal says it is over. */
export const STATEMENT_BUNDLE_SEAL_TYPE = 'accordo-statement-bundle+jws';

/** One of two readings of a month: what a statement counts, or, of a month that it corrects, what was counted before. */
export type BundleReading = 'counted' | 'corrected';

/** What ends a bundle, and is under its seal: nothing can be taken away before it, or changed. */
export interface BundleEnd {
  readonly schema: typeof STATEMENT_BUNDLE_SCHEMA;
  readonly agreement: string;
  readonly statement: string;
  /** All lines before this one. */
  readonly records: number;
  /** Of the bytes of those lines. */
  readonly sha256: string;
}

/** Makes the lines of a bundle, each a canonical object that says by `record` what it is, and knows in the end what they come to. */
export class BundleLines {
  private readonly hash: Hash = createHash('sha256');
  private records = 0;

  line(record: object): string {
    const text = `${canonicalText(record)}\n`;
    this.hash.update(text);
    this.records += 1;
    return text;
  }

  end({ agreement, statement }: Pick<BundleEnd, 'agreement' | 'statement'>): BundleEnd {
    const { records } = this;
    return { schema: STATEMENT_BUNDLE_SCHEMA, agreement, statement, records, sha256: this.hash.digest('hex') };
  }
}
