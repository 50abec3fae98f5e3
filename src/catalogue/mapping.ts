import type { Fault } from '../platform/errors/domain-error';
import { allColumns, type Column, parentColumns } from './catalogue-row';

export const mappingForms = ['csv', 'json-lines'] as const;
export type MappingForm = (typeof mappingForms)[number];
export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** How a label's own files are read: which of their columns holds what. */
export interface CatalogueMapping {
  readonly form: MappingForm;
  /** Of CSV. */
  readonly delimiter: Delimiter;
  /** Names as in the header, upper and lower case being one. Of JSON Lines: keys, or JSON pointers, as they are written. */
  readonly columns: Readonly<Partial<Record<Column, string>>>;
  /** Between several artists in one cell. */
  readonly artistsSeparator: string;
}

/** What a file must tell of each recording. */
const needed = ['isrc', 'title', 'artists'] as const;

export const mappedColumns = ({ columns }: CatalogueMapping): (readonly [Column, string])[] =>
  allColumns.flatMap((column) => {
    const name = columns[column];
    return name === undefined ? [] : [[column, name] as const];
  });

/** What is wrong with a mapping by itself, whatever file it is for. */
export function mappingFaults(mapping: CatalogueMapping): Fault[] {
  const { columns, form } = mapping;
  const faults: Fault[] = needed
    .filter((column) => columns[column] === undefined)
    .map((column) => incomplete(column, `no column holds the ${column}`));
  const has = (column: Column): boolean => columns[column] !== undefined;
  if (has('release') !== has('upc')) faults.push(incomplete('upc', 'a release goes with its UPC'));
  for (const column of ['catalogue_number', 'release_date'] as const)
    if (has(column) && !has('upc')) faults.push(incomplete(column, `the ${column} is one of a release with a UPC`));
  if (has(parentColumns[0]) !== has(parentColumns[1]))
    faults.push(incomplete('parent_kind', 'a parent goes with its kind'));
  const names = mappedColumns(mapping).map(([, name]) => (form === 'csv' ? name.toLowerCase() : name));
  if (new Set(names).size < names.length)
    faults.push({ pointer: '/mapping/columns', code: 'column-repeated', message: 'a column holds one thing' });
  return faults;
}

const incomplete = (column: Column, message: string): Fault => ({
  pointer: `/mapping/columns/${column}`,
  code: 'mapping-incomplete',
  message,
});
