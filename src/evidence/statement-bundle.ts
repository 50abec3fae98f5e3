import { createHash, type Hash } from 'node:crypto';
import { canonicalText, type UsageSum } from '../kernel';

export const STATEMENT_BUNDLE_SCHEMA = 'accordo-statement-bundle/1';
/** What the header of its seal says it is over. */
export const STATEMENT_BUNDLE_SEAL_TYPE = 'accordo-statement-bundle+jws';

/**
 * A reading of a month: what a statement counts, or, of a month that it corrects, what was counted before. An earlier month is there only for
 * the counters of the term, and is as it was.
 */
export type BundleReading = 'counted' | 'corrected' | 'earlier';

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
  /** Not hashed yet: a call for each short line would cost more than the hash. */
  private waiting = '';

  line(record: object): string {
    return this.add(canonicalText(record));
  }

  /** A sum, of which there may be a million: its members are written in their canonical order, which spares sorting them. */
  usage({
    controlledShare,
    isrc,
    model,
    quantity,
    reportedOn,
    returns,
    sales,
    service,
    territory,
    use,
    usedOn,
  }: UsageSum): string {
    const [sold, back] = [String(quantity), String(returns)];
    const sum = {
      controlledShare,
      isrc,
      model,
      quantity: sold,
      record: 'usage',
      reportedOn,
      returns: back,
      sales,
      service,
      territory,
      use,
      usedOn,
    };
    return this.add(JSON.stringify(sum));
  }

  private add(text: string): string {
    const line = `${text}\n`;
    this.records += 1;
    this.waiting += line;
    if (this.waiting.length >= hashedAtOnce) this.flush();
    return line;
  }

  private flush(): void {
    this.hash.update(this.waiting);
    this.waiting = '';
  }

  end({ agreement, statement }: Pick<BundleEnd, 'agreement' | 'statement'>): BundleEnd {
    const { records } = this;
    this.flush();
    return { schema: STATEMENT_BUNDLE_SCHEMA, agreement, statement, records, sha256: this.hash.digest('hex') };
  }
}

const hashedAtOnce = 64 * 1024;
