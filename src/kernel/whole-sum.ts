/** Two of these are still exact as a double. */
const half = 2 ** 52;

/** Adds whole numbers of any size exactly: as doubles as long as they hold them, which is many times faster. Not negative. */
export class WholeSum {
  private small = 0;
  private large = 0n;

  /** At most 2⁵³ − 1. */
  add(count: number): void {
    if (count >= half) return this.addLarge(BigInt(count));
    this.small += count;
    if (this.small >= half) this.fold();
  }

  addLarge(count: bigint): void {
    this.large += count;
  }

  get total(): bigint {
    this.fold();
    return this.large;
  }

  private fold(): void {
    this.large += BigInt(this.small);
    this.small = 0;
  }
}
