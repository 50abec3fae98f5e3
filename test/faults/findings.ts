/** What was found wrong, each thing once however often it is seen. */
export class Findings {
  private readonly lostThings = new Set<string>();
  private readonly doubledThings = new Set<string>();
  /** Per currency, in minor units: the worst that was seen at any restart. */
  readonly ledgerSums = new Map<string, bigint>();

  /** Acknowledged, and not there, or not as it must be. */
  lost(what: string): void {
    this.lostThings.add(what);
  }

  /** There more than once. */
  duplicated(what: string): void {
    this.doubledThings.add(what);
  }

  ledger(currency: string, minor: bigint): void {
    const worst = this.ledgerSums.get(currency) ?? 0n;
    if (minor !== 0n || worst === 0n) this.ledgerSums.set(currency, minor);
  }

  get lostCount(): number {
    return this.lostThings.size;
  }

  get duplicatedCount(): number {
    return this.doubledThings.size;
  }

  get clean(): boolean {
    return (
      this.lostCount === 0 && this.duplicatedCount === 0 && [...this.ledgerSums.values()].every((sum) => sum === 0n)
    );
  }

  lines(): string[] {
    return [...this.lostThings]
      .map((what) => `lost: ${what}`)
      .concat([...this.doubledThings].map((what) => `duplicated: ${what}`));
  }
}
