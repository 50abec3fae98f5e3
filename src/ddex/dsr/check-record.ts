import { isUtf8 } from 'node:buffer';
import { type Cells } from './cells';
import { type FaultCode, type Findings } from './faults';
import { type Check, checks, TEXT_BYTES_MAX } from './grammar';
import { type Cell, isPartlyKnown, layouts, parallelCells, type RecordCode } from './layouts';

interface Rule {
  readonly number: number;
  readonly name: string;
  readonly mandatory: boolean;
  readonly multiple: boolean;
  readonly check: Check;
}

/** What must hold of a record of one code whatever its neighbours say: prepared once, run for every line. */
export interface RecordRules {
  readonly code: RecordCode;
  /** How many cells the record has; null where that is not known. */
  readonly width: number | null;
  readonly rules: readonly Rule[];
  /** The last cell that must be there. */
  readonly lastMandatory: number;
  /** The rules without those for optional free text, which only long or marked lines can break. */
  readonly strictRules: readonly Rule[];
  /** Cell numbers of lists whose members belong together. */
  readonly parallel: readonly (readonly number[])[];
}

/** Prepares the rules of a record. */
export function recordRules(code: RecordCode): RecordRules {
  const cells: readonly Cell[] = layouts[code];
  const rules = cells.slice(1).map(({ name, mandatory, multiple, type }, index) => ({
    number: index + 2,
    name,
    mandatory,
    multiple,
    check: checks[type],
  }));
  return {
    code,
    width: isPartlyKnown(code) ? null : cells.length,
    rules,
    lastMandatory: Math.max(1, ...rules.filter(({ mandatory }) => mandatory).map(({ number }) => number)),
    strictRules: rules.filter(({ mandatory, check }) => mandatory || check !== checks.text),
    parallel: parallelCells(code),
  };
}

/** Runs the rules over the cells, notes every fault, and marks the cells from which nothing may be concluded. */
export function checkRecord(record: RecordRules, cells: Cells, findings: Findings): void {
  const { code, width, rules, strictRules, parallel } = record;
  if (cells.count < record.lastMandatory) noteShort(record, cells, findings);
  if (width !== null) checkWidth(code, width, cells, findings);
  if (!cells.isCleanText()) checkCharacters(rules, cells, findings);
  const { bytes, starts, ends } = cells;
  for (const rule of cells.isPlainAndShort(TEXT_BYTES_MAX) ? strictRules : rules) {
    const start = starts[rule.number]!;
    const end = ends[rule.number]!;
    if (start === end) {
      if (rule.mandatory) note(rule, 'cell-missing', cells, findings);
    } else {
      const fault = cells.isMarked(rule.number) ? checkMarked(rule, cells) : rule.check(bytes, start, end);
      if (fault !== null) note(rule, fault, cells, findings);
    }
  }
  for (const group of parallel) checkParallel(group, cells, findings);
}

/** In a cell with pipes or backslashes, values are unescaped before they are checked. Members of a list may be empty. */
function checkMarked({ number, multiple, check }: Rule, cells: Cells): FaultCode | null {
  const { values, fault } = cells.values(number, multiple);
  if (fault !== null) return fault;
  for (const value of values) {
    const bytes = Buffer.from(value);
    const found = bytes.length === 0 ? null : check(bytes, 0, bytes.length);
    if (found !== null) return found;
  }
  return null;
}

function note({ number, name }: Rule, code: FaultCode, cells: Cells, findings: Findings): void {
  findings.add(code, `${name} (cell ${number}) ${complaints[code] ?? 'is not as the standard asks'}`, {
    cell: number,
    value: cells.raw(number),
  });
  // A value that is merely unusual stays usable.
  if (!keepsValue.has(code)) cells.reject(number);
}

/** Told with the line as it stands: where cells are left out in the middle, each later value is another cell's. */
function noteShort({ code, lastMandatory }: RecordRules, cells: Cells, findings: Findings): void {
  const message = `${code} needs at least ${lastMandatory} cells; the line has ${cells.count}`;
  findings.add('too-few-cells', message, { value: cells.rawLine(400).replaceAll('\t', ' ') });
}

/** Padding with empty cells is common and harmless; anything in it means that columns have shifted. */
function checkWidth(code: string, width: number, cells: Cells, findings: Findings): void {
  let surplus = width + (cells.arrangement?.extras.length ?? 0) + 1;
  while (surplus <= cells.count && cells.isEmpty(surplus)) surplus += 1;
  if (surplus <= cells.count || cells.overflowing) {
    findings.add('too-many-cells', `${code} has ${width} cells; more were found`, { value: cells.raw(surplus) });
  }
}

function checkCharacters(rules: readonly Rule[], cells: Cells, findings: Findings): void {
  for (const rule of rules) {
    const bytes = cells.bytes.subarray(cells.start(rule.number), cells.end(rule.number));
    if (!isUtf8(bytes)) note(rule, 'cell-not-utf8', cells, findings);
    else if (hasControl(bytes)) note(rule, 'control-character', cells, findings);
  }
}

/** Control characters other than the tab, which can only be an escaped one here. */
function hasControl(bytes: Buffer): boolean {
  return bytes.some((byte) => (byte < 0x20 && byte !== 0x09) || byte === 0x7f);
}

/** Lists that are given must be equally long; a list left out is no fault here. */
function checkParallel(group: readonly number[], cells: Cells, findings: Findings): void {
  // A list without a pipe has one member: where no cell has one, all lists agree.
  if (!group.some((cell) => cells.isMarked(cell))) return;
  const given = group.filter((cell) => !cells.isEmpty(cell));
  const lengths = given.map((cell) => cells.values(cell, true).values.length);
  if (lengths.every((length) => length === lengths[0])) return;
  findings.add('parallel-lists-differ', `cells ${given.join(', ')} list ${lengths.join(', ')} values`, {
    cell: given[0]!,
    value: cells.raw(given[0]!),
  });
}

const keepsValue: ReadonlySet<FaultCode> = new Set(['unknown-allowed-value', 'cell-shifted', 'check-digit-wrong']);

const complaints: Partial<Record<FaultCode, string>> = {
  'cell-missing': 'is mandatory and empty',
  'cell-not-utf8': 'is not valid UTF-8',
  'cell-too-long': 'is longer than can be taken',
  'control-character': 'contains a control character',
  'escape-invalid': 'contains a backslash that escapes nothing',
  'pipe-unescaped': 'holds a single value but contains a bare pipe',
  'cell-malformed': 'is not of the form the standard gives it',
  'cell-not-whole': 'must be a whole number',
  'cell-negative': 'must not be negative',
  'cell-out-of-range': 'is larger than can be counted',
  'cell-not-decimal': 'must be a decimal number such as 12.50',
  'cell-not-boolean': 'must be true or false',
  'cell-not-date': 'must be a calendar date written YYYY-MM-DD',
  'cell-not-date-time': 'must be a date and time with its zone',
  'cell-not-duration': 'must be a duration such as PT3M45S',
  'isrc-malformed': 'is not an ISRC',
  'identifier-malformed': 'is not an identifier of its kind; it is ignored',
  'unknown-allowed-value': 'is not in the list of allowed values; it is kept as written',
  'check-digit-wrong': 'has a wrong check digit',
  'cell-shifted': 'looks like an identifier; cells may have shifted',
  'wrong-profile': 'is not a profile that is read here',
};
