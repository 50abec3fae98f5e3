import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

/** What must be the same whoever closes the period: money in minor units as text, and every recording's line. */
export interface Outcome {
  readonly exact: string;
  readonly royalties: string;
  readonly clauses: readonly string[];
  readonly topUp: string;
  readonly recouped: string;
  readonly payable: string;
  readonly recordings: number;
  /** SHA-256 of the lines in canonical order: clause, ISRC, service, territory, use, model, units and cents, with tabs between. */
  readonly lines: string;
}

/** Hashes lines as they come, without holding them. */
export class LineHash {
  private readonly hash = createHash('sha256');
  private waiting = '';

  add(cells: readonly unknown[]): void {
    this.waiting += `${cells.join('\t')}\n`;
    if (this.waiting.length > 64 * 1024) this.flush();
  }

  hex(): string {
    this.flush();
    return this.hash.digest('hex');
  }

  private flush(): void {
    this.hash.update(this.waiting);
    this.waiting = '';
  }
}

/** A fast wrong answer is no figure. */
export function checkAgreement(ours: Outcome, sql: Outcome): void {
  if (isDeepStrictEqual(ours, sql)) return;
  throw new Error(`rated apart: ours ${JSON.stringify(ours)}, in SQL ${JSON.stringify(sql)}`);
}
