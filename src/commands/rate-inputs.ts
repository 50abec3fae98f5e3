import {
  carriedFaults,
  openingCarried,
  readTerms,
  type BookedClauses,
  type Carried,
  type CloseFacts,
  type Period,
  type PeriodUsage,
  type Terms,
} from '../kernel';
import { periodFaults } from './check-periods';
import { FileFaults, FilesRefused, inFile, parseJson, type TextFile } from './file-faults';
import { readCarried } from './read-carried';
import { readContext, type RateContext, type ToldPeriod } from './read-context';
import { readUsageFile, readUsageRows, type UsageFile } from './read-usage';

export interface RateFiles {
  readonly terms: TextFile;
  readonly usage: TextFile;
  readonly context: TextFile;
  /** Absent for the first period: then nothing is earned or recouped yet. */
  readonly carried?: TextFile;
  /** The usage files that the context names for other periods. */
  readonly openUsage?: (name: string) => TextFile;
}

/** A period as the kernel takes it, and where its parts came from: `at` is its pointer in the context file. */
export interface PeriodInput extends PeriodUsage {
  readonly period: Period;
  readonly usageFile: UsageFile;
  readonly at: string;
  /** The terms that then held; absent: those of the close. */
  readonly terms?: Terms;
}

export interface RestatedInput extends PeriodInput {
  readonly booked: BookedClauses;
  readonly heldSales?: Readonly<Record<string, string>>;
}

/** What the files say, all of it read without fault. */
export interface RateInputs {
  readonly terms: Terms;
  readonly own: PeriodInput;
  readonly earlier?: readonly PeriodInput[];
  readonly restates: readonly RestatedInput[];
  readonly facts?: CloseFacts;
  readonly carried: Carried;
  readonly contextFile: string;
}

/** Reads all files. Throws FilesRefused with the faults of all of them. */
export function readInputs(files: RateFiles): RateInputs {
  const faults = new FileFaults();
  const terms = faults.collect(() => readTermsFile(files.terms));
  const usage = faults.collect(() => readUsageFile(files.usage));
  const context = readContext(files.context, { terms, faults });
  const others = context && readOthers(context, { files, faults });
  const carried = files.carried ? readCarried(files.carried, faults) : terms && openingCarried(terms);
  if (terms && context) checkTogether({ terms, context, carried }, { files, faults });
  faults.refuse();
  if (!terms || !usage || !context || !others || !carried) throw new TypeError('a file was refused without a fault');
  return {
    terms,
    own: periodInput(context, { usage, at: '' }),
    ...others,
    ...(others.earlier ? { earlier: others.earlier.map((one) => ({ ...one, terms: one.terms ?? terms })) } : {}),
    ...(context.facts ? { facts: context.facts } : {}),
    carried,
    contextFile: files.context.name,
  };
}

/** What can be told only from several files: periods that are not of the term, balances of other terms. */
function checkTogether(
  { terms, context, carried }: { terms: Terms; context: RateContext; carried: Carried | undefined },
  { files, faults }: { files: RateFiles; faults: FileFaults },
): void {
  faults.add(...inFile(files.context.name, periodFaults(terms, context)));
  if (!carried || !files.carried) return;
  const { period, facts } = context;
  faults.add(
    ...inFile(files.carried.name, carriedFaults(carried, { terms, period, exercised: facts?.exercised ?? [] })),
  );
}

/** Throws FilesRefused with every fault of the terms. */
export function readTermsFile(file: TextFile): Terms {
  const reading = readTerms(parseJson(file));
  if ('terms' in reading) return reading.terms;
  throw new FilesRefused(inFile(file.name, reading.faults));
}

/** The other periods of the context with their usage; absent when some usage is at fault. */
function readOthers(
  { earlier, restates }: RateContext,
  { files, faults }: { files: RateFiles; faults: FileFaults },
): Pick<RateInputs, 'earlier' | 'restates'> | undefined {
  const readAll = <Told extends ToldPeriod>(list: string, told: readonly Told[]) =>
    told.map((one, index) => {
      const pointer = `${list}/${index}`;
      const usage = faults.collect(() => usageOf(one, { pointer, files }));
      return usage && { one, input: periodInput(one, { usage, at: pointer }) };
    });
  const past = readAll('/earlier', earlier ?? []);
  const restated = readAll('/restates', restates);
  if ([...past, ...restated].includes(undefined)) return undefined;
  return {
    ...(earlier ? { earlier: past.flatMap((read) => (read ? [read.input] : [])) } : {}),
    restates: restated.flatMap((read) => {
      if (!read) return [];
      const { booked, heldSales } = read.one;
      return [{ ...read.input, booked, ...(heldSales ? { heldSales } : {}) }];
    }),
  };
}

function periodInput(
  { period, context, terms }: Pick<ToldPeriod, 'period' | 'context' | 'terms'>,
  { usage, at }: { usage: UsageFile; at: string },
): PeriodInput {
  return { period, context, usage: usage.sums, usageFile: usage, at, ...(terms ? { terms } : {}) };
}

function usageOf({ usage }: ToldPeriod, { pointer, files }: { pointer: string; files: RateFiles }): UsageFile {
  const place = { file: files.context.name, pointer: `${pointer}/usage` };
  if (typeof usage !== 'string') return readUsageRows(usage, place);
  if (files.openUsage) return readUsageFile(files.openUsage(usage));
  const message = `the usage file ${usage} was not given`;
  throw new FilesRefused([{ file: place.file, place: place.pointer, code: 'file-unreadable', message }]);
}
