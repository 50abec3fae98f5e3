import { type FaultCode, type Findings } from './faults';
import { layouts } from './layouts';
import { type Footer, type Head } from './records';

/** What is counted while a file is read. */
export interface Counted {
  readonly lines: number;
  readonly summaries: number;
  readonly blocks: number;
  readonly head: Head | null;
}

/** What each count of a footer is of; a count of the report is that of the file where the report is one file. */
const claims: Readonly<Record<string, readonly [FaultCode, 'lines' | 'summaries' | 'blocks', 'file' | 'report']>> = {
  NumberOfLinesInFile: ['line-count-mismatch', 'lines', 'file'],
  NumberOfLinesInReport: ['line-count-mismatch', 'lines', 'report'],
  NumberOfSummaryRecords: ['summary-count-mismatch', 'summaries', 'file'],
  NumberOfBlocksInFile: ['block-count-mismatch', 'blocks', 'file'],
  NumberOfBlocksInReport: ['block-count-mismatch', 'blocks', 'report'],
};

/** Compares the counts of a footer with the file. Those of a report of several files are for whoever has them all. */
export function checkFooter(footer: Footer, counted: Counted, findings: Findings): void {
  findings.open(footer.lineNumber, footer.code);
  const { head } = counted;
  const isOneFile = footer.code === 'SRFO' || head === null || head.numberOfFiles === 1n;
  layouts[footer.code].forEach(({ name }, index) => {
    const claim = claims[name];
    if (claim === undefined) return;
    const [code, what, scope] = claim;
    const cell = index + 1;
    const said = footer.counts.get(cell);
    if (said === undefined) {
      const isLast = head !== null && head.fileNumber === head.numberOfFiles;
      if (scope === 'report' && footer.code === 'FOOT' && isLast) {
        findings.add('cell-missing', `${name} is mandatory in the last file of a report`, { cell });
      }
    } else if ((scope === 'file' || isOneFile) && said !== BigInt(counted[what])) {
      const message = `the footer counts ${said} ${what}, the file has ${counted[what]}`;
      findings.add(code, message, { cell, value: String(said) });
    }
  });
}
