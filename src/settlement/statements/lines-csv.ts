import { csvRow } from '../../platform/http/csv';
import type { StatementLineView } from './line-view';

export const csvColumns = [
  'line',
  'period',
  'clause',
  'isrc',
  'serviceId',
  'territory',
  'useType',
  'commercialModel',
  'quantity',
  'returns',
  'exact',
  'amount',
  'currency',
  'controlledShare',
] as const satisfies readonly (keyof StatementLineView)[];

export const csvHeader = csvRow(csvColumns);

export const csvLine = (line: StatementLineView): string =>
  csvRow(csvColumns.map((column) => String(line[column] ?? '')));
