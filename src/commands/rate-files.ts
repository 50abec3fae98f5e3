import {
  canonicalClauseLines,
  closePeriod,
  ratePeriod,
  RatingRefused,
  restateClauses,
  sha256Hex,
  type ClauseRestatement,
  type ClosedPeriod,
  type Fault,
  type RatedPeriod,
  type Settled,
} from '../kernel';
import { FileFaults, type FileFault } from './file-faults';
import { readInputs, type PeriodInput, type RateFiles, type RateInputs, type RestatedInput } from './rate-inputs';

export interface RateResult {
  /** The canonical clause lines; the statement's hash is over these bytes. */
  readonly lines: string;
  readonly sha256: string;
  readonly rated: RatedPeriod;
  readonly settled: Settled;
}

/** Rates and closes one period from files, as the server does for a statement. Throws FilesRefused that names file and place of every fault. */
export function rateFiles(files: RateFiles): RateResult {
  const inputs = readInputs(files);
  const faults = new FileFaults();
  const restatements = inputs.restates.flatMap((restated): ClauseRestatement[] => {
    const earlier = inputs.earlier?.filter(({ period }) => period.from < restated.period.from);
    const rerated = placed({ ...inputs, own: restated, earlier }, faults, () => rerate(inputs, restated, earlier));
    return rerated ? [restateClauses(restated.booked, rerated)] : [];
  });
  const closed = placed(inputs, faults, () => close(inputs, restatements));
  faults.refuse();
  if (!closed) throw new TypeError('a close was refused without a fault');
  const { rated, settled } = closed;
  const lines = canonicalClauseLines({ terms: inputs.terms, rated, restatements, settled });
  return { lines, sha256: sha256Hex(lines), rated, settled };
}

function close({ terms, own, earlier, facts, carried }: RateInputs, restatements: ClauseRestatement[]): ClosedPeriod {
  const { period, usage, context } = own;
  return closePeriod({
    terms,
    period,
    usage,
    context,
    ...(earlier ? { earlier } : {}),
    restatements,
    carried,
    ...(facts ? { facts } : {}),
  });
}

function rerate(
  { terms }: RateInputs,
  { terms: then, period, usage, context, heldSales }: RestatedInput,
  earlier: readonly PeriodInput[] | undefined,
): RatedPeriod {
  return ratePeriod({
    terms: then ?? terms,
    period,
    usage,
    context,
    ...(earlier ? { earlier } : {}),
    ...(heldSales ? { heldSales } : {}),
  });
}

interface Sources extends Pick<RateInputs, 'own' | 'contextFile'> {
  readonly earlier?: readonly PeriodInput[] | undefined;
}

/** What the work gives; where the kernel refuses, its faults are noted with their places in the files. */
function placed<Result>(sources: Sources, faults: FileFaults, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RatingRefused)) throw error;
    faults.add(...error.faults.map((fault) => inSources(fault, sources)));
    return undefined;
  }
}

function inSources(fault: Fault, { own, earlier, contextFile }: Sources): FileFault {
  const { pointer, code, message } = fault;
  const [, past, rest] = /^\/earlier\/(\d+)(\/.*)$/.exec(pointer) ?? [];
  const before = past === undefined ? undefined : earlier?.[parseInt(past, 10)];
  if (before && rest !== undefined) return inSources({ ...fault, pointer: rest }, { own: before, contextFile });
  const [inUsage, row] = /^\/usage(?:\/(\d+))?/.exec(pointer) ?? [];
  if (inUsage !== undefined) {
    const { name, place, placeOf } = own.usageFile;
    return { file: name, place: row === undefined ? place : placeOf(parseInt(row, 10)), code, message };
  }
  return { file: contextFile, place: `${own.at}${pointer.replace(/^\/context/, '')}`, code, message };
}
