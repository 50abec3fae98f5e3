import { type MatchPlan, type TracedSum, unknownRecording } from './match-plan';
import { type SoundLine, Tally } from './tally';

/** Adds nothing up: of all lines it holds those that count for one sum or all parts of one, as a tally holds what no agreement covers. */
export class TracingTally extends Tally {
  constructor(
    plan: MatchPlan,
    private readonly traced: TracedSum,
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
    if (agreement < 0) return false;
    const { key, isOfPart } = this.traced;
    const own = this.keyOf(agreement, recording, line.place);
    const asked = isOfPart ? this.askedOf(agreement, line) : undefined;
    return (asked === undefined ? own : this.partKey(own, asked, line)) === key;
  }
}

const slotsOfNothing = 16;
