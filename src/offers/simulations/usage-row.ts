import { isCommercialModel, isMonth, isTerritory, isUseType, readIsrc } from '../../kernel';
import type { UsageRow } from './basis';

export const usageColumns = [
  'month',
  'isrc',
  'service',
  'territory',
  'use',
  'model',
  'quantity',
  'returns',
  'sales',
] as const satisfies readonly (keyof UsageRow)[];

export type UsageCells = Readonly<Record<(typeof usageColumns)[number], unknown>>;

/** Columns that may be left out. */
export const optionalColumns: ReadonlySet<string> = new Set<(typeof usageColumns)[number]>(['returns', 'sales']);

const amount = /^-?\d{1,15}(\.\d{1,8})?$/;
const count = /^\d{1,15}$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One row of usage; what is wrong with its cells is told to `refuse`. Nothing in `returns` is none, nothing in `sales` is not told. */
export function readUsageRow(cells: UsageCells, refuse: (column: string, message: string) => void): UsageRow {
  const cell = (column: (typeof usageColumns)[number], valid: (text: string) => boolean, message: string): string => {
    const value = cells[column];
    if (typeof value === 'string' && valid(value)) return value;
    refuse(column, message);
    return '';
  };
  const counted = (column: 'quantity' | 'returns'): string => {
    if (column === 'returns' && (cells.returns === undefined || cells.returns === '')) return '0';
    return cell(column, (text) => count.test(text), 'must be a whole number that is not negative, at most 15 digits');
  };
  const isrc = cell('isrc', (text) => 'isrc' in readIsrc(text), 'must be an ISRC');
  const reading = readIsrc(isrc);
  return {
    month: cell('month', (text) => /^(19|2\d)/.test(text) && isMonth(text), 'must be a month: YYYY-MM'),
    isrc: 'isrc' in reading ? reading.isrc : '',
    service: cell('service', (text) => uuid.test(text), 'must be the id of a service').toLowerCase(),
    territory: cell('territory', isTerritory, 'must be an ISO 3166-1 alpha-2 code'),
    use: cell('use', isUseType, 'must be a use type of DDEX'),
    model: cell('model', isCommercialModel, 'must be a commercial model of DDEX'),
    quantity: counted('quantity'),
    returns: counted('returns'),
    ...(cells.sales === undefined || cells.sales === ''
      ? {}
      : { sales: cell('sales', (text) => amount.test(text), 'must be an amount of at most 15 digits and 8 decimals') }),
  };
}
