import { Faults } from '../kernel';

/** What a verification finds, as it goes. */
export class Findings {
  private readonly found = new Faults();
  readonly notes: string[] = [];

  /** `part` is the file of the bundle that does not hold. */
  add(part: string, code: string, message: string): void {
    this.found.add(part, code, message);
  }

  get faults(): Faults['list'] {
    return this.found.list;
  }
}
