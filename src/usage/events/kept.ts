/** What this process keeps ready for some platforms. The one asked for last is the last to go. */
export class KeptByPlatform<Value> {
  private readonly kept = new Map<string, Value>();

  constructor(private readonly platformsMax: number) {}

  get(platformId: string): Value | undefined {
    const value = this.kept.get(platformId);
    if (value !== undefined) this.set(platformId, value);
    return value;
  }

  set(platformId: string, value: Value): void {
    this.kept.delete(platformId);
    this.kept.set(platformId, value);
    if (this.kept.size > this.platformsMax) this.kept.delete(this.kept.keys().next().value ?? '');
  }
}
