import type { TallyingReceiver } from './dsr-receiver';
import type { PlainFile } from './line-parts';
import type { MatchPlan } from './match-plan';
import type { Progress, ReadingFiles } from './reading';
import type { Tallied } from './running-tally';

export interface DsrInput {
  /** The files of one report in the order of their numbers, each asked for when the one before has been read; not packed. */
  readonly sources: () => Iterable<AsyncIterable<Buffer>>;
  /** The only file of the report, where its usage lines are to be read part by part. */
  readonly file?: PlainFile | undefined;
  readonly plan: MatchPlan;
  /** On disk. */
  readonly folder: string;
  /** For a file that is read part by part; 0: in the caller's own. */
  readonly threads: number;
  /** Is told of lines; of bytes by whoever reads the source. */
  readonly progress?: Progress | undefined;
}

/** Reads a report, and answers what others than the receiver added up; undefined where it is to be read in order. */
export type DsrReader = (
  input: DsrInput,
  files: ReadingFiles,
  receiver: TallyingReceiver,
) => Promise<readonly Tallied[] | undefined>;
