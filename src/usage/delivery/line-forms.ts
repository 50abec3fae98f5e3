import { quotedCell } from '../engine/careful-line';
import { type DelimitedLayout, jsonLines } from '../engine/delimited-layout';

export type Give = (text: Buffer | string) => void;

/** How lines of one kind of file are given back with a reason. Called for every line of the file, in order. */
export interface LineForm {
  /** `reason` is null for a line that nothing is said against. */
  line(bytes: Buffer, number: number, reason: string | null, give: Give): void;
  end(give: Give): void;
}

/** What the added column is called. */
export const reasonColumn = 'accordoReason';

/** A table: its header, then the lines, each with a last cell. The column may stay when the lines are sent again: no mapping names it. */
function tableForm({ delimiter }: DelimitedLayout): LineForm {
  return {
    line(bytes, number, reason, give) {
      if (number === 1) withCell(bytes, delimiter, reasonColumn, give);
      else if (reason !== null) withCell(bytes, delimiter, quotedCell(plain(reason), delimiter), give);
    },
    end() {},
  };
}

/** What was given back, and is sent again with its reason. */
const givenBefore = new RegExp(`,?"${reasonColumn}":"(?:[^"\\\\]|\\\\.)*"\\}$`);

/** JSON Lines: a last member. What is no object stands beside its reason as text. */
const jsonForm: LineForm = {
  line(bytes, _number, reason, give) {
    if (reason === null) return;
    const text = bytes.toString('utf8').trimEnd().replace(givenBefore, '}');
    const isEmpty = /\{\s*\}$/.test(text);
    if (isObject(text)) give(`${text.slice(0, -1)}${isEmpty ? '' : ','}${member(reasonColumn, reason)}}\n`);
    else give(`{${member('line', text)},${member(reasonColumn, reason)}}\n`);
  },
  end() {},
};

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const member = (key: string, value: string): string => `${JSON.stringify(key)}:${JSON.stringify(value)}`;

/** Of a table or JSON Lines. */
export const tableFormOf = (layout: DelimitedLayout): LineForm =>
  layout.delimiter === jsonLines ? jsonForm : tableForm(layout);

export function withCell(bytes: Buffer, delimiter: string, cell: string, give: Give): void {
  give(bytes);
  give(`${delimiter}${cell}\n`);
}

/** A reason may quote what was written; a cell of a tab-separated file holds neither tabs nor ends of lines. */
export const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, ' ');
