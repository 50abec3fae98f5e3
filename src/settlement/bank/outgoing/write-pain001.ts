import { moneyText } from '../../../kernel';
import { leaf } from '../../../platform/xml';
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
  const totals = `${leaf('NbOfTxs', String(payments.length))}${leaf('CtrlSum', moneyText({ minor: sum, currency }))}`;
  const isSepa = currency === 'EUR' && [from, ...payments.map(({ to }) => to)].every(({ iban }) => iban !== null);
  const header = [
    ...[leaf('MsgId', messageId), leaf('CreDtTm', at.toISOString()), totals],
    group('InitgPty', leaf('Nm', latin(from.holder, 140))),
  ];
  const batch = [
    ...[leaf('PmtInfId', messageId), leaf('PmtMtd', 'TRF'), leaf('BtchBookg', 'false'), totals],
    isSepa ? group('PmtTpInf', group('SvcLvl', leaf('Cd', 'SEPA'))) : '',
    ...[group('ReqdExctnDt', leaf('Dt', executeOn)), group('Dbtr', leaf('Nm', latin(from.holder, 140)))],
    group('DbtrAcct', accountId(from), leaf('Ccy', currency)),
    ...[group('DbtrAgt', institution(from)), leaf('ChrgBr', isSepa ? 'SLEV' : 'SHAR')],
    ...payments.map((payment) => transfer(payment, currency)),
  ];
  const content = group('CstmrCdtTrfInitn', group('GrpHdr', ...header), group('PmtInf', ...batch));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">${content}</Document>\n`;
}

const transfer = ({ endToEndId, minor, to, remittance }: PaymentOrder, currency: string): string =>
  group(
    'CdtTrfTxInf',
    group('PmtId', leaf('EndToEndId', endToEndId)),
    group('Amt', leaf('InstdAmt', moneyText({ minor, currency }), { Ccy: currency })),
    to.bic === null && to.bank_code === null ? '' : group('CdtrAgt', institution(to)),
    group('Cdtr', leaf('Nm', latin(to.holder, 140))),
    group('CdtrAcct', accountId(to)),
    group('RmtInf', leaf('Ustrd', latin(remittance, 140))),
  );

const accountId = ({ iban, account }: AccountAtBank): string =>
  group('Id', iban === null ? group('Othr', leaf('Id', account ?? '')) : leaf('IBAN', iban));

/** Clearing systems that a country's bank codes are of, by the external code list. */
const clearings: Readonly<Record<string, string>> = { RU: 'RUCBC', US: 'USABA', GB: 'GBDSC', CA: 'CACPA', IN: 'INFSC' };

function institution({ bic, bank_code, country }: AccountAtBank): string {
  const clearing = clearings[country];
  const system = clearing === undefined ? '' : group('ClrSysId', leaf('Cd', clearing));
  return group(
    'FinInstnId',
    bic === null ? '' : leaf('BICFI', bic),
    bank_code === null ? '' : group('ClrSysMmbId', system, leaf('MmbId', bank_code)),
  );
}

const group = (name: string, ...content: readonly string[]): string => `<${name}>${content.join('')}</${name}>`;

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
const latin = (text: string, length: number): string => {
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
