import { type MatchPlan, unknownRecording } from './match-plan';
import { type SoundLine, Tally } from './tally';

/** Adds nothing up: of all lines it holds those that count for one sum, as a tally holds what no agreement covers. */
export class TracingTally extends Tally {
  constructor(
    plan: MatchPlan,
    private readonly traced: number,
  ) {
    // Nothing is ever put into the table.
    super(plan, slotsOfNothing);
  }

  override add(line: SoundLine): void {
    if (this.isTraced(line)) this.hold(line, unknownRecording);
  }

  override addLarge(line: SoundLine, quantity: bigint, returns: bigint): void {
    if (this.isTraced(line)) this.holdLarge(line, unknownRecording, quantity, returns);
  }

  override holdUnnamed(): void {}

  override holdUnnamedLarge(): void {}

  private isTraced(line: SoundLine): boolean {
    const { agreement, recording } = this.decide(line);
    return (
      agreement >= 0 && this.partKey(this.keyOf(agreement, recording, line.place), agreement, line) === this.traced
    );
  }
}

const slotsOfNothing = 16;
