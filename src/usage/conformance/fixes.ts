import { type Cell, isRecordCode, layouts } from '../../ddex';
import { quotedCell, split } from '../engine/careful-line';
import { dayInForm } from '../engine/day-reader';
import { type DelimitedLayout, jsonLines } from '../engine/delimited-layout';
import { JsonMembers } from '../engine/json-members';
import { usageEventType } from '../events/usage-event';
import type { Problem } from './problems';
import { type RightValue, rightValue, type ValueKind } from './right-value';

/** A line as it would be right, and where what was put in comes from; undefined where only its sender can tell. */
export interface RightLine {
  readonly text: string;
  readonly from: RightValue['from'];
}

type Fix = (problem: Problem, line: string) => RightLine | undefined;

const kindOfCell: Readonly<Partial<Record<Cell['type'], ValueKind>>> = {
  isrc: 'isrc',
  count: 'count',
  integer: 'count',
  decimal: 'decimal',
  date: 'day',
  isoDate: 'day',
  dateTime: 'dateTime',
  territory: 'territory',
  currency: 'currency',
  useType: 'use',
  commercialModel: 'model',
  boolean: 'boolean',
  id: 'text',
  text: 'text',
  name: 'text',
};

/** Codes that a look at the cell alone gives; the others are of what records say together. */
const ofOneValue = /^(cell-(?!shifted)|isrc-malformed$|unknown-allowed-value$|line-count-mismatch$)/;

/** Lines of a DSR file. `lines`: how many the file has, for its footer. */
export const dsrFix =
  (lines: number): Fix =>
  ({ record, cell, code }, line) => {
    if (!isRecordCode(record)) return undefined;
    const cells = line.split('\t');
    const layout: readonly Cell[] = layouts[record];
    if (code === 'too-many-cells') return { text: cells.slice(0, layout.length).join('\t'), from: 'value' };
    if (cell === null || !ofOneValue.test(code)) return undefined;
    const kind = kindOfCell[layout[cell - 1]?.type ?? 'record'];
    if (kind === undefined) return undefined;
    const right: RightValue =
      code === 'line-count-mismatch'
        ? { value: String(lines), from: 'value' }
        : rightValue(kind, cells[cell - 1] ?? '');
    while (cells.length < cell) cells.push('');
    cells[cell - 1] = right.value;
    return { text: cells.join('\t'), from: right.from };
  };

/** Lines of a table or of JSON Lines. */
export const tableFix =
  (layout: DelimitedLayout): Fix =>
  ({ cellName }, line) => {
    const column = cellName === null ? -1 : layout.names.indexOf(cellName);
    const kind = kindOfColumn(layout, column);
    if (kind === undefined) return undefined;
    if (layout.delimiter === jsonLines) {
      return withMember(
        line,
        layout.names[column]!,
        (written) => rightInTable(layout, kind, written),
        kind === 'count',
      );
    }
    const cells = split(line, layout.delimiter);
    if (cells === undefined) return undefined;
    const right = rightInTable(layout, kind, cells[column] ?? '');
    cells[column] = right.value;
    return { text: cells.map((cell) => quotedCell(cell, layout.delimiter)).join(layout.delimiter), from: right.from };
  };

function kindOfColumn(layout: DelimitedLayout, column: number): ValueKind | undefined {
  if (column < 0) return undefined;
  const kinds: readonly (readonly [number | undefined, ValueKind])[] = [
    [layout.isrc, 'isrc'],
    [layout.quantity, 'count'],
    [layout.returns, 'count'],
    [layout.day, 'day'],
    [layout.territory, 'territory'],
    [layout.use, 'use'],
    [layout.model, 'model'],
  ];
  return kinds.find(([of]) => of === column)?.[1];
}

/** Days are written as the mapping says, within the month. */
function rightInTable(layout: DelimitedLayout, kind: ValueKind, written: string): RightValue {
  if (kind === 'day') return { value: dayInForm(layout.from, layout.dates), from: 'example' };
  return rightValue(kind, written);
}

const memberOfEvent: Readonly<Record<string, readonly [kind: ValueKind, example?: string]>> = {
  '/specversion': ['text', '1.0'],
  '/type': ['text', usageEventType],
  '/source': ['text', '/players/eu-1'],
  '/id': ['text', '0198d1f0-51a7-7c44-9d0b-2f6f7e0a4a11'],
  '/time': ['dateTime', '2026-01-15T12:00:00Z'],
  '/datacontenttype': ['text', 'application/json'],
  '/data/isrc': ['isrc'],
  '/data/territory': ['territory'],
  '/data/useType': ['use'],
  '/data/commercialModel': ['model'],
  '/data/quantity': ['count', '1'],
};

/** Usage events. `serviceId`: one of the sender's own. */
export const eventFix =
  (serviceId: string | undefined): Fix =>
  ({ cellName }, line) => {
    const pointer = cellName ?? '';
    const [kind, example] =
      pointer === '/data/serviceId' ? (['text', serviceId] as const) : (memberOfEvent[pointer] ?? []);
    if (kind === undefined || (pointer === '/data/serviceId' && serviceId === undefined)) return undefined;
    return withMember(line, pointer, (written) => rightValue(kind, written, example), kind === 'count');
  };

/** The object with another value at this place, the rest as it is written; undefined where it has no such place. */
function withMember(
  line: string,
  name: string,
  right: (written: string) => RightValue,
  asNumber: boolean,
): RightLine | undefined {
  const reading = new JsonMembers([name]).read(line);
  const [member] = 'members' in reading ? reading.members : [];
  if (member === undefined) return undefined;
  const { value, from } = right(member.text);
  const text = asNumber ? value : JSON.stringify(value);
  return { text: `${line.slice(0, member.from)}${text}${line.slice(member.to)}`, from };
}
