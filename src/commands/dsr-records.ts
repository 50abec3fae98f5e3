import { type Cell, isPartlyKnown, isRecordCode, layouts, type NamedCells, type RecordCode } from '../ddex';

/** A record as a line of JSON gives it, or why it gives none. */
export type ReadRecord =
  | { readonly code: RecordCode; readonly cells: NamedCells }
  | { readonly faults: readonly { readonly code: string; readonly message: string }[] };

/**
 * Reads `{"RecordType": "SR08", "SalesTransactionId": "T1", …}`: cells by name, as text or, where a cell may have several
 * values, as a list of text. Numbers are refused: they would not be exact.
 */
export function readRecord(line: string): ReadRecord {
  const refused = (code: string, message: string): ReadRecord => ({ faults: [{ code, message }] });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refused('json-malformed', 'the line is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('json-malformed', 'the line must be one JSON object');
  }
  const { RecordType: type, ...cells } = value as Record<string, unknown>;
  if (typeof type !== 'string' || !isRecordCode(type)) {
    return refused('record-unknown', `RecordType ${JSON.stringify(type ?? null)} is not the code of a known record`);
  }
  const layout: readonly Cell[] = layouts[type];
  const faults = Object.entries(cells).flatMap(([name, cell]) => faultOf(type, layout, name, cell) ?? []);
  return faults.length > 0 ? { faults } : { code: type, cells: cells as NamedCells };
}

function faultOf(
  code: RecordCode,
  layout: readonly Cell[],
  name: string,
  value: unknown,
): { code: string; message: string } | undefined {
  const cell = layout.find((each) => each.name === name);
  if (cell === undefined && !isPartlyKnown(code))
    return { code: 'cell-unknown', message: `${code} has no cell ${JSON.stringify(name)}` };
  // Of a record that is known in part nobody knows how many values a cell may have.
  const isList = cell?.multiple ?? true;
  const texts: readonly unknown[] = isList && Array.isArray(value) ? value : [value];
  if (!texts.every((text) => typeof text === 'string')) {
    const message = `${name} must be text${isList ? ' or a list of text' : ''}: numbers would not be exact`;
    return { code: 'cell-type', message };
  }
  // What could begin another line or cell is refused here, with the name of the cell.
  if (texts.some((text) => /[\u0000-\u0008\u000a-\u001f\u007f]|\p{Surrogate}/u.test(text as string))) {
    return {
      code: 'cell-not-carried',
      message: `${name} contains what no cell can carry: line ends, control characters`,
    };
  }
  return undefined;
}
