import { type TreeListener, textsAt, type XmlElement, XmlRefused, XmlTreeReader } from '../../../ddex';
import { DomainError } from '../../../platform/errors/domain-error';
import type { BankMessage, ReadPaymentStatus, ReadReport } from './bank-message';
import { firstText, needed, textAt } from './elements';
import { FileFaults } from './file-faults';
import { ReportInParts } from './read-report';

/** Of a whole file: years of a busy account. */
export const bankFileBytesMax = 32 * 1024 * 1024;

const kinds = { 'camt.053': 'statement', 'camt.054': 'notification', 'pain.002': 'payment-status' } as const;
type Kind = (typeof kinds)[keyof typeof kinds];

/** Elements that are told of child by child. */
const inParts = new Set(['Stmt', 'Ntfctn', 'OrgnlPmtInfAndSts']);

/**
 * Reads a file from a bank as it streams in: camt.053, camt.054 or pain.002, of any version. Refuses with bank-file-unreadable, with the place: what is no such file, has a document
 * type or entities, nests too deep, ends too early or contradicts itself.
 */
export async function readBankFile(bytes: AsyncIterable<Uint8Array>): Promise<BankMessage> {
  const message = new MessageInParts();
  const reader = new XmlTreeReader(message, new Set(['SplmtryData']), inParts);
  try {
    for await (const chunk of bytes) reader.push(chunk);
    reader.end();
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error;
    const fault = { pointer: reader.place, code: error.code, message: error.message };
    throw new DomainError('bank-file-unreadable', undefined, [fault]);
  }
  return message.end();
}

class MessageInParts implements TreeListener {
  private readonly faults = new FileFaults();
  private document: XmlElement | undefined;
  private kind: Kind | undefined;
  private messageId: string | null = null;
  private report: ReportInParts | undefined;
  private readonly reports: ReadReport[] = [];
  private original: string | null = null;
  private groupStatus: string | null = null;
  private groupReason: string | null = null;
  private readonly payments: ReadPaymentStatus[] = [];

  root(element: XmlElement, namespace: string): string {
    this.document = element;
    const [, name] = /^urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3})\.001\.\d{2}$/.exec(namespace) ?? [];
    if (element.name !== 'Document' || name === undefined || !(name in kinds))
      throw new DomainError('bank-file-unreadable', 'it is no camt.053, camt.054 or pain.002 of ISO 20022');
    this.kind = kinds[name as keyof typeof kinds];
    return namespace;
  }

  opened(element: XmlElement, depth: number): boolean {
    if (depth === 3 && (element.name === 'Stmt' || element.name === 'Ntfctn'))
      this.report = new ReportInParts(element, this.faults);
    return true;
  }

  closed(element: XmlElement, depth: number): boolean {
    if (depth === 3) this.closedPart(element);
    else if (depth === 4) {
      if (element.parent?.name === 'OrgnlPmtInfAndSts') this.takeStatus(element);
      else this.report?.take(element);
    }
    return depth > 1;
  }

  foreign(): void {}

  mixed(element: XmlElement): void {
    this.faults.add(element, 'text-between', 'an element has text beside elements');
  }

  end(): BankMessage {
    const { kind, document, faults } = this;
    if (kind === undefined || document === undefined) throw new DomainError('bank-file-unreadable', 'it is empty');
    const messageId = needed(document, this.messageId, 'GrpHdr/MsgId', faults);
    if (kind !== 'payment-status') {
      if (this.reports.length === 0) faults.add(document, 'field-required', 'it tells of no account');
      faults.refuse();
      return { kind, messageId, reports: this.reports };
    }
    const originalMessageId = needed(document, this.original, 'OrgnlGrpInfAndSts/OrgnlMsgId', faults);
    faults.refuse();
    const { groupStatus, groupReason, payments } = this;
    return { kind, messageId, originalMessageId, groupStatus, groupReason, payments };
  }

  private closedPart(element: XmlElement): void {
    if (element.name === 'GrpHdr') this.messageId = textAt(element, 'MsgId');
    else if (element.name === 'OrgnlGrpInfAndSts') {
      this.original = textAt(element, 'OrgnlMsgId');
      this.groupStatus = textAt(element, 'GrpSts');
      this.groupReason = reasonOf(element);
    } else if (this.report !== undefined && (element.name === 'Stmt' || element.name === 'Ntfctn')) {
      this.reports.push(this.report.end(this.kind === 'statement'));
      this.report = undefined;
    }
  }

  /** Of a payment; or of all in a group of payments, of which our files have one. */
  private takeStatus(element: XmlElement): void {
    if (element.name === 'PmtInfSts') this.groupStatus = element.text;
    else if (element.name === 'StsRsnInf') this.groupReason = codeOf(element);
    else if (element.name === 'TxInfAndSts') {
      const status = needed(element, textAt(element, 'TxSts'), 'TxSts', this.faults);
      const endToEndId = needed(element, textAt(element, 'OrgnlEndToEndId'), 'OrgnlEndToEndId', this.faults);
      this.payments.push({ endToEndId, status, reason: reasonOf(element) });
    }
  }
}

function reasonOf(element: XmlElement): string | null {
  const code = firstText(element, 'StsRsnInf/Rsn/Cd', 'StsRsnInf/Rsn/Prtry');
  return code?.slice(0, 35) ?? null;
}

const codeOf = (element: XmlElement): string | null =>
  firstText(element, 'Rsn/Cd', 'Rsn/Prtry')?.slice(0, 35) ?? textsAt(element, 'AddtlInf')[0]?.slice(0, 35) ?? null;
