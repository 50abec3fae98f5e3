import type { XmlElement } from 'libxml2-wasm';
import { libxml2 } from './load-libxml2';

/** A payment that a bank was asked to make. Amounts are text, as files have them. */
export interface AskedPayment {
  readonly endToEndId: string;
  readonly amount: string;
  readonly currency: string;
  readonly account: string;
}

export interface Movement {
  readonly credit: boolean;
  readonly amount: string;
  readonly day: string;
  /** The bank's own reference; absent: none. */
  readonly reference?: string;
  readonly endToEndId?: string;
  readonly creditorReference?: string;
  readonly text?: string;
  readonly name?: string;
  /** Why it came back. */
  readonly returned?: string;
  /** Payments that were booked as one, each with its own amount. */
  readonly parts?: readonly { readonly amount: string; readonly text: string }[];
  readonly pending?: boolean;
}

interface Telling {
  readonly messageId: string;
  readonly id: string;
  readonly sequence?: string;
  readonly movements: readonly Movement[];
  /** Another account than the bank's customer has. */
  readonly account?: string;
}

const cents = (amount: string): bigint => BigInt(amount.replace('.', ''));
const text = (minor: bigint): string => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;

/**
 * A bank that has one account of ours: reads files of payments with a parser of its own, and writes what banks write, as they write it: with prefixes where one does so, in this order or another.
 */
export class BankDouble {
  /** In cents. */
  balance: bigint;
  readonly asked: AskedPayment[] = [];

  constructor(
    private readonly account: string,
    private readonly currency: string,
    opening: string,
  ) {
    this.balance = cents(opening);
  }

  /** Takes in a file of payments; gives its message id. */
  async take(pain001: string): Promise<string> {
    const { XmlDocument } = await libxml2();
    const document = XmlDocument.fromString(pain001);
    try {
      const at = (from: XmlElement, path: string): string =>
        from.get(
          `.//${path
            .split('/')
            .map((name) => `*[local-name()='${name}']`)
            .join('/')}`,
        )?.content ?? '';
      for (const found of document.find("//*[local-name()='CdtTrfTxInf']")) {
        const payment = found as XmlElement;
        const amount = payment.get(".//*[local-name()='InstdAmt']") as XmlElement;
        this.asked.push({
          ...{ endToEndId: at(payment, 'EndToEndId'), amount: amount.content, currency: amount.attr('Ccy')!.value },
          account: at(payment, 'CdtrAcct/Id/IBAN') || at(payment, 'CdtrAcct/Id/Othr/Id'),
        });
      }
      return at(document.root, 'GrpHdr/MsgId');
    } finally {
      document.dispose();
    }
  }

  /** pain.002: of the whole file, or payment by payment. */
  answer(
    messageId: string,
    {
      original,
      group,
      payments = [],
    }: { original: string; group?: string; payments?: readonly (readonly [string, string, string?])[] },
  ): string {
    const each = payments.map(
      ([endToEndId, status, reason]) =>
        `<TxInfAndSts><OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId><TxSts>${status}</TxSts>${reason === undefined ? '' : `<StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn></StsRsnInf>`}</TxInfAndSts>`,
    );
    return documentOf(
      'pain.002.001.10',
      `<CstmrPmtStsRpt>${header(messageId)}<OrgnlGrpInfAndSts><OrgnlMsgId>${original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>${group === undefined ? '' : `<GrpSts>${group}</GrpSts>`}</OrgnlGrpInfAndSts>${
        each.length === 0
          ? ''
          : `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${original}</OrgnlPmtInfId>${each.join('')}</OrgnlPmtInfAndSts>`
      }</CstmrPmtStsRpt>`,
    );
  }

  /** camt.054: single entries, without balances. */
  notify({ messageId, id, movements, account = this.account }: Telling): string {
    const entries = movements.map((movement) => this.entry(movement)).join('');
    return documentOf(
      'camt.054.001.08',
      `<BkToCstmrDbtCdtNtfctn>${header(messageId)}<Ntfctn><Id>${id}</Id>${this.accountXml(account)}${entries}</Ntfctn></BkToCstmrDbtCdtNtfctn>`,
    );
  }

  /** camt.053 from the balance where the last one ended, which it moves. */
  state({ messageId, id, sequence = '1', movements, account = this.account }: Telling): string {
    const opening = this.balance;
    for (const { credit, amount, pending } of movements)
      if (!pending) this.balance += credit ? cents(amount) : -cents(amount);
    const days = movements.map(({ day }) => day).sort();
    const balances = [
      this.balanceXml('OPBD', opening, days[0] ?? '2026-01-01'),
      this.balanceXml('CLBD', this.balance, days.at(-1) ?? '2026-01-01'),
    ].join('');
    const entries = movements.map((movement) => this.entry(movement)).join('');
    return documentOf(
      'camt.053.001.08',
      `<BkToCstmrStmt>${header(messageId)}<Stmt><Id>${id}</Id><ElctrncSeqNb>${sequence}</ElctrncSeqNb>${this.accountXml(account)}${balances}${entries}</Stmt></BkToCstmrStmt>`,
    );
  }

  private accountXml(account: string): string {
    return `<Acct><Id><IBAN>${account}</IBAN></Id><Ccy>${this.currency}</Ccy></Acct>`;
  }

  private balanceXml(code: string, minor: bigint, day: string): string {
    const sign = minor < 0n ? 'DBIT' : 'CRDT';
    const amount = text(minor < 0n ? -minor : minor);
    return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${this.currency}">${amount}</Amt><CdtDbtInd>${sign}</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;
  }

  private entry(movement: Movement): string {
    const { credit, amount, day, reference, parts, pending = false } = movement;
    const details =
      parts === undefined
        ? this.details(movement)
        : parts
            .map(
              (part) =>
                `<TxDtls><Amt Ccy="${this.currency}">${part.amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Ustrd>${part.text}</Ustrd></RmtInf></TxDtls>`,
            )
            .join('');
    return `<Ntry>${tag('NtryRef', reference)}<Amt Ccy="${this.currency}">${amount}</Amt><CdtDbtInd>${credit ? 'CRDT' : 'DBIT'}</CdtDbtInd><Sts><Cd>${pending ? 'PDNG' : 'BOOK'}</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><NtryDtls>${details}</NtryDtls></Ntry>`;
  }

  private details({ credit, endToEndId, creditorReference, text: remittance, name, returned }: Movement): string {
    const party = credit ? 'Dbtr' : 'Cdtr';
    const structured =
      creditorReference === undefined
        ? ''
        : `<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>${creditorReference}</Ref></CdtrRefInf></Strd>`;
    return [
      `<TxDtls><Refs>${tag('EndToEndId', endToEndId ?? 'NOTPROVIDED')}</Refs>`,
      name === undefined ? '' : `<RltdPties><${party}><Pty><Nm>${name}</Nm></Pty></${party}></RltdPties>`,
      `<RmtInf>${tag('Ustrd', remittance)}${structured}</RmtInf>`,
      returned === undefined ? '' : `<RtrInf><Rsn><Cd>${returned}</Cd></Rsn></RtrInf>`,
      '</TxDtls>',
    ].join('');
  }
}

const tag = (name: string, content: string | undefined): string =>
  content === undefined ? '' : `<${name}>${content}</${name}>`;

const header = (messageId: string): string =>
  `<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>2026-02-05T06:00:00</CreDtTm></GrpHdr>`;

/** Some banks write a prefix before every name. */
const documentOf = (name: string, content: string): string => {
  const prefixed = content.replace(/<(\/?)([A-Z])/g, '<$1b:$2');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<b:Document xmlns:b="urn:iso:std:iso:20022:tech:xsd:${name}">${prefixed}</b:Document>`;
};
