/** On which side an event moves an account: 1 a debit, -1 a credit, 0 either. */
export type LedgerSides = readonly (readonly [kind: string, account: string, side: -1 | 0 | 1])[];

const linesOf = (sides: LedgerSides): string =>
  sides.map(([kind, account, side]) => `    WHEN '${kind} ${account}' THEN ${side}\n`).join('');

/** Teaches the database's rule of sides more events: its function is written anew with further lines at its end. */
export const addLedgerSides = (sides: LedgerSides): string => rewritten(`'\n  END\n', '\n${doubled(sides)}  END\n'`);

/** Takes exactly these lines out again. */
export const removeLedgerSides = (sides: LedgerSides): string => rewritten(`'${doubled(sides)}', ''`);

const doubled = (sides: LedgerSides): string => linesOf(sides).replaceAll("'", "''");

const rewritten = (change: string): string => `
DO $sides$ BEGIN
  EXECUTE replace(pg_get_functiondef('ledger_side(text, text)'::regprocedure), ${change});
END $sides$;
`;
