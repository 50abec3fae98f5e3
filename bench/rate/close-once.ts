import { runAsChild, tell, told } from '../support/child';
import { closeSums, outcomeOf } from './close';
import { ratePlan } from './plan';
import { readSums } from './sums-file';

export interface CloseOrder {
  readonly count: number;
  readonly sumsFile: string;
}

/** Closes a period of sums that are in memory already, when told to; then, when asked, says what came out. */
runAsChild<CloseOrder>(async ({ count, sumsFile }) => {
  const plan = ratePlan(count);
  const sums = await readSums(sumsFile);
  warmUp();
  tell('ready');
  await told();
  const started = performance.now();
  const closed = closeSums(plan, sums);
  const milliseconds = performance.now() - started;
  tell({ milliseconds });
  await told();
  tell(outcomeOf(closed));
});

/** A worker lives long, and so does a database server: neither is measured while it compiles. */
function warmUp(): void {
  const small = ratePlan(5_000);
  const sums = [...small.sums()];
  for (let turn = 0; turn < 5; turn += 1) closeSums(small, sums);
}
