import { type Cell } from './cells';
import { frameLayouts } from './frame';
import { laterLayouts, partlyKnownLayouts, recordCompanyLayouts } from './record-company';
import { singleRecordLayouts } from './single-record';
import { summaryLayouts } from './summaries';
import { usageLayouts } from './usage';
import { workLayouts } from './works';

export { type Cell, type CellType } from './cells';

/**
 * The cells of every record, in file order: the place in the list plus one is the cell's number in the standard.
 * Layouts are data: a later version of a record is a new key, never a new branch.
 */
export const layouts = {
  ...frameLayouts,
  ...recordCompanyLayouts,
  ...laterLayouts,
  ...partlyKnownLayouts,
  ...summaryLayouts,
  ...workLayouts,
  ...usageLayouts,
  ...singleRecordLayouts,
} as const satisfies Record<string, readonly Cell[]>;

export type RecordCode = keyof typeof layouts;
type CellOf<Code extends RecordCode> = (typeof layouts)[Code][number];
export type CellName<Code extends RecordCode = RecordCode> = CellOf<Code>['name'];

type Value<C extends Cell> = C['multiple'] extends true ? readonly string[] : string;

/**
 * A record by cell name, as text to carry (unescaped): what the writer takes and the reader returns. Mandatory cells
 * are present; cells of several values are lists; the record type itself is left out.
 */
export type CellsOf<Code extends RecordCode> = {
  readonly [
    C in CellOf<Code> as C['type'] extends 'record'
      ? never
      : C['mandatory'] extends true
        ? Exclude<C['name'], 'RecordType'>
        : never
  ]: Value<C>;
} & {
  readonly [C in CellOf<Code> as C['mandatory'] extends true ? never : C['name']]?: Value<C>;
};

export const isRecordCode = (code: string): code is RecordCode => Object.hasOwn(layouts, code);

/** Only the first cells of such a record are known: it is read where the file names its cells. */
export const isPartlyKnown = (code: RecordCode): boolean => Object.hasOwn(partlyKnownLayouts, code);

/** The code without its version: `SU03` of `SU03.02`. Profiles order families, layouts describe versions. */
export const familyOf = (code: string): string => code.split('.', 1)[0]!;

/** The standard's number (from 1) of a named cell. Refuses to start with a name that is not in the layout. */
export function cellNumber<Code extends RecordCode>(code: Code, name: CellName<Code>): number {
  const number = findCell(code, name);
  if (number === 0) throw new RangeError(`${code} has no cell ${name}`);
  return number;
}

/** The number of a named cell, or 0 where the record has none of this name. */
export function findCell(code: RecordCode, name: string): number {
  return layouts[code].findIndex((cell) => cell.name === name) + 1;
}

/** The name of a cell by its number; `''` where there is no such record or cell. */
export function cellNameOf(code: string, number: number): string {
  return isRecordCode(code) ? (layouts[code][number - 1]?.name ?? '') : '';
}

/** Lists whose members belong together, by the names of their cells. */
const parallelLists: readonly (readonly string[])[] = [
  ['CalculationType', 'CalculationValue'],
  ['DeductionType', 'DeductionsInCurrencyOfTransaction', 'DeductionsInCurrencyOfAccounting'],
  [
    'UsageIndependentFeeType',
    'UsageIndependentFeeInCurrencyOfTransaction',
    'UsageIndependentFeeInCurrencyOfAccounting',
  ],
  ['ComposerAuthor', 'ComposerAuthorPartyId'],
  ['Arranger', 'ArrangerPartyId'],
  ['MusicPublisher', 'MusicPublisherPartyId'],
  ['WorkContributor', 'WorkContributorPartyId'],
];

/** The numbers of the parallel lists of a record, a group each. */
export function parallelCells(code: RecordCode): number[][] {
  const groups = familyOf(code) === 'RU01' ? [['DspReleaseId', 'Usages']] : parallelLists;
  return groups.map((group) => group.map((name) => findCell(code, name))).filter((group) => !group.includes(0));
}
