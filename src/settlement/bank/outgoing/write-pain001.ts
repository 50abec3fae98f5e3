import { moneyText } from '../../../kernel';
import type { AccountAtBank } from '../accounts/bank-accounts.repository';

export interface PaymentOrder {
  readonly endToEndId: string;
  readonly minor: bigint;
  readonly to: AccountAtBank;
  /** What the one who is paid reads. */
  readonly remittance: string;
}

export interface PaymentsToWrite {
  readonly messageId: string;
  readonly at: Date;
  /** The day on which they are to be made. */
  readonly executeOn: string;
  readonly from: AccountAtBank;
  readonly payments: readonly PaymentOrder[];
}

/**
 * Payments of one account as pain.001.001.09. Each is to be booked by itself, so that the bank's entries name it. In euro and between IBANs it asks for SEPA; else each side bears its own
 * bank's charges.
 */
export function writePain001({ messageId, at, executeOn, from, payments }: PaymentsToWrite): string {
  const { currency } = from;
  const sum = payments.reduce((total, { minor }) => total + minor, 0n);
  const totals = `${tag('NbOfTxs', String(payments.length))}${tag('CtrlSum', moneyText({ minor: sum, currency }))}`;
  const isSepa = currency === 'EUR' && [from, ...payments.map(({ to }) => to)].every(({ iban }) => iban !== null);
  const header = [
    ...[tag('MsgId', messageId), tag('CreDtTm', at.toISOString()), totals],
    group('InitgPty', tag('Nm', latin(from.holder, 140))),
  ];
  const batch = [
    ...[tag('PmtInfId', messageId), tag('PmtMtd', 'TRF'), tag('BtchBookg', 'false'), totals],
    isSepa ? group('PmtTpInf', group('SvcLvl', tag('Cd', 'SEPA'))) : '',
    ...[group('ReqdExctnDt', tag('Dt', executeOn)), group('Dbtr', tag('Nm', latin(from.holder, 140)))],
    group('DbtrAcct', accountId(from), tag('Ccy', currency)),
    ...[group('DbtrAgt', institution(from)), tag('ChrgBr', isSepa ? 'SLEV' : 'SHAR')],
    ...payments.map((payment) => transfer(payment, currency)),
  ];
  const content = group('CstmrCdtTrfInitn', group('GrpHdr', ...header), group('PmtInf', ...batch));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">${content}</Document>\n`;
}

const transfer = ({ endToEndId, minor, to, remittance }: PaymentOrder, currency: string): string =>
  group(
    'CdtTrfTxInf',
    group('PmtId', tag('EndToEndId', endToEndId)),
    group('Amt', `<InstdAmt Ccy="${currency}">${moneyText({ minor, currency })}</InstdAmt>`),
    to.bic === null && to.bank_code === null ? '' : group('CdtrAgt', institution(to)),
    group('Cdtr', tag('Nm', latin(to.holder, 140))),
    group('CdtrAcct', accountId(to)),
    group('RmtInf', tag('Ustrd', latin(remittance, 140))),
  );

const accountId = ({ iban, account }: AccountAtBank): string =>
  group('Id', iban === null ? group('Othr', tag('Id', account ?? '')) : tag('IBAN', iban));

/** Clearing systems that a country's bank codes are of, by the external code list. */
const clearings: Readonly<Record<string, string>> = { RU: 'RUCBC', US: 'USABA', GB: 'GBDSC', CA: 'CACPA', IN: 'INFSC' };

function institution({ bic, bank_code, country }: AccountAtBank): string {
  const clearing = clearings[country];
  const system = clearing === undefined ? '' : group('ClrSysId', tag('Cd', clearing));
  return group(
    'FinInstnId',
    bic === null ? '' : tag('BICFI', bic),
    bank_code === null ? '' : group('ClrSysMmbId', system, tag('MmbId', bank_code)),
  );
}

const group = (name: string, ...content: readonly string[]): string => `<${name}>${content.join('')}</${name}>`;
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const tag = (name: string, text: string): string =>
  group(
    name,
    text.replace(/[&<>]/g, (character) => escapes[character]!),
  );

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  œ: 'oe',
  Œ: 'OE',
};

/**
 * A text as banks take it: Latin letters without marks, digits, and the few signs that all of them know. Letters of other scripts stay as they are, since a bank of
 * their country reads them. Cut at a length.
 */
export const latin = (text: string, length: number): string => {
  const plain = text
    .replace(/[ßæÆøØłŁđĐœŒ]/g, (letter) => letters[letter]!)
    .normalize('NFD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}/?:().,'+ -]/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return [...plain].slice(0, length).join('').trim() || '-';
};
