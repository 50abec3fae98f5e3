import { type Findings } from './faults';
import { type DsrFileName, parseDsrFileName } from './file-name';
import { type Head } from './records';

/** Holds a file's name against its HEAD. Names that do not claim to be of the standard are left alone. */
export function checkName(fileName: string, head: Head | null, findings: Findings): void {
  if (!/^DSR_/i.test(fileName)) return;
  const name = parseDsrFileName(fileName);
  if (name === null) {
    findings.open(1, '');
    findings.add('file-name-malformed', 'the name is not one of the standard', { value: fileName });
  } else if (head !== null) {
    compare(name, head, findings);
  }
}

function compare(name: DsrFileName, head: Head, findings: Findings): void {
  findings.open(head.lineNumber, 'HEAD');
  const differs = (cell: number, what: string, value: string): void =>
    findings.add('file-name-mismatch', `the file name says another ${what} than HEAD`, { cell, value });
  const { recipient, sender, serviceDescription, part } = name;
  if (!isOneOf(sender, [head.senderPartyId, head.senderName])) differs(11, 'sender', sender);
  // A report to several recipients names none in HEAD.
  if (!isOneOf(recipient, [head.recipientPartyId, head.recipientName])) differs(14, 'recipient', recipient);
  if (!isOneOf(serviceDescription, [head.serviceDescription])) differs(13, 'service', serviceDescription);
  if (part === null) return;
  const isPart = BigInt(part.number) === head.fileNumber && BigInt(part.of) === head.numberOfFiles;
  if (!isPart) differs(7, 'file number', `${part.number}of${part.of}`);
}

/** True also where the name or HEAD leaves the element out. */
function isOneOf(element: string, names: readonly (string | null)[]): boolean {
  const given = names.filter((name) => name !== null);
  return element === '' || given.length === 0 || given.some((name) => comparable(name) === comparable(element));
}

/** Elements of a name contain neither blanks nor underscores, and senders leave them out in different ways. */
const comparable = (text: string): string => text.replace(/[\s_-]/g, '').toLowerCase();
