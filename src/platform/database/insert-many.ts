import { arrayText, type Cell } from './array-text';
import { often, type Parameter, type Tx } from './tx';

/** The columns of many rows of a table: what is the same in all of them, and the others by their types, in the order of a row's cells. */
export interface ManyRows {
  readonly table: string;
  readonly same: Readonly<Record<string, Parameter>>;
  readonly each: Readonly<Record<string, string>>;
}

/** Rows of one statement. */
const batch = 2_000;

/**
 * Adds many rows with flat memory, some thousand a statement, through the table's policies. PostgreSQL refuses COPY into a table with row-level security, and a temporary table to
 * copy into first is dearer to make and drop than a thousand rows are.
 */
export async function insertMany(
  tx: Tx,
  { table, same, each }: ManyRows,
  rows: Iterable<readonly Cell[]>,
): Promise<void> {
  const [names, types] = [Object.keys(each), Object.values(each)];
  const first = Object.keys(same).length + 1;
  const arrays = types.map((type, at) => `$${first + at}::${type}[]`).join(', ');
  const statement = often(`INSERT INTO ${table} (${[...Object.keys(same), ...names].join(', ')})
    SELECT ${Object.keys(same)
      .map((_, at) => `$${at + 1}`)
      .join(', ')}, of_row.* FROM unnest(${arrays}) AS of_row`);
  let columns: Cell[][] = names.map(() => []);
  const add = async (): Promise<void> => {
    await tx.run(statement, [...Object.values(same), ...columns.map(columnText)]);
    columns = names.map(() => []);
  };
  for (const row of rows) {
    for (let at = 0; at < columns.length; at += 1) columns[at]!.push(row[at] ?? null);
    if (columns[0]!.length === batch) await add();
  }
  if (columns[0]!.length > 0) await add();
}

/** Null where the whole column is: unnest then fills it up with nulls. */
const columnText = (cells: readonly Cell[]): string | null =>
  cells.every((cell) => cell === null) ? null : arrayText(cells);
