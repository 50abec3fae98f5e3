import type { Fault, SummaryUses } from '../../ddex';

interface Claimed {
  readonly first: SummaryUses;
  /** What the files claim: all of it each, or a part each. */
  readonly claims: Set<bigint>;
  claimed: bigint;
  added: bigint;
}

/** Summaries of a report of several files beside what its records add up to, over all of them. */
export class UsesTogether {
  private readonly byId = new Map<string, Claimed>();

  add(uses: SummaryUses): void {
    const { summaryRecordId: id, claimed, added } = uses;
    const known = this.byId.get(id) ?? { first: uses, claims: new Set(), claimed: 0n, added: 0n };
    known.claims.add(claimed);
    known.claimed += claimed;
    known.added += added;
    this.byId.set(id, known);
  }

  /** Each summary whose claim is none of both: said of the whole in every file, or of its own part in each. */
  *faults(): Generator<Fault> {
    for (const { first, claims, claimed, added } of this.byId.values()) {
      if (claimed === added || (claims.size === 1 && claims.has(added))) continue;
      const { lineNumber: line, code: record, cell } = first;
      const value = String(first.claimed);
      const message = `the summary says ${value} uses, its records in all files add up to ${added}`;
      const kind = { code: 'usage-total-mismatch', severity: 'warning', fatal: false } as const;
      yield { line, record, cell: { number: cell, name: 'Usages' }, ...kind, value, message };
    }
  }
}
