import type { LanguageCode } from '../kernel';
import type { InvoiceDocument, InvoicePurpose, VatCategory } from './invoice-document';

/** What stands around the figures of an invoice, in one language. */
export interface InvoiceWords {
  readonly locale: string;
  readonly title: Readonly<Record<InvoiceDocument['kind'], string>>;
  readonly issued: string;
  readonly due: string;
  readonly takenOff: string;
  readonly agreement: string;
  readonly period: string;
  readonly seller: string;
  readonly buyer: string;
  readonly vatId: string;
  readonly taxNumber: string;
  readonly registrationNumber: string;
  readonly notStated: string;
  readonly purposes: Readonly<Record<InvoicePurpose, string>>;
  readonly description: string;
  readonly vatRate: string;
  readonly amount: string;
  readonly held: string;
  readonly heldReason: string;
  readonly net: string;
  readonly vat: string;
  readonly gross: string;
  readonly withheld: string;
  readonly payable: string;
  readonly credited: string;
  readonly taxTitle: string;
  readonly category: string;
  readonly categories: Readonly<Record<VatCategory, string>>;
  readonly taxable: string;
  readonly withheldNote: Readonly<Record<InvoiceDocument['kind'], string>>;
  payInNote(currency: string): string;
  readonly agentNote: string;
  paymentNote(number: string): string;
  creditNote(number: string, day: string): string;
  page(page: number, of: number): string;
}

export const invoiceWords: Readonly<Record<LanguageCode, InvoiceWords>> = {
  en: {
    locale: 'en-GB',
    title: { invoice: 'Invoice', 'credit-note': 'Credit note' },
    issued: 'Issued',
    due: 'Due',
    takenOff: 'Taken off',
    agreement: 'Agreement',
    period: 'Period',
    seller: 'From (label)',
    buyer: 'To (platform)',
    vatId: 'VAT identifier',
    taxNumber: 'Tax number',
    registrationNumber: 'Registration',
    notStated: 'has stated no address and no tax identifier for invoices',
    purposes: {
      advance: 'Advance',
      guarantee: 'Guaranteed payment',
      'minimum-fee': 'Minimum fee',
      'back-fee': 'Fee for past use',
      royalties: 'Royalties',
      'late-interest': 'Interest on late payment',
    },
    description: 'Description',
    vatRate: 'VAT',
    amount: 'Amount',
    held: 'Held by an open dispute, invoiced when it ends',
    heldReason: 'VAT on what is held is charged with this invoice',
    net: 'Total without VAT',
    vat: 'VAT',
    gross: 'Total with VAT',
    withheld: 'Tax withheld by the platform',
    payable: 'To be paid',
    credited: 'Taken off the invoice',
    taxTitle: 'Value-added tax',
    category: 'Category',
    categories: { S: 'standard rate', AE: 'reverse charge', E: 'exempt', O: 'not subject to VAT' },
    taxable: 'Taken of',
    withheldNote: {
      invoice:
        'The tax withheld is paid to the tax authority by the buyer in the seller’s name; it stands here as paid.',
      'credit-note': 'The tax that the invoice withholds of this amount is taken off with it.',
    },
    payInNote: (currency) => `It is paid in ${currency}, at the rate of the day of payment.`,
    agentNote: 'Issued by Accordo in the name and on behalf of the seller, for whom it collects payment.',
    paymentNote: (number) => `It is paid through Accordo’s payment service; reference ${number}.`,
    creditNote: (number, day) =>
      `It takes its amount off invoice ${number} of ${day}, which is not paid; nothing is paid out.`,
    page: (page, of) => `Page ${page} of ${of}`,
  },
  ru: {
    locale: 'ru-RU',
    title: { invoice: 'Счёт', 'credit-note': 'Кредит-нота' },
    issued: 'Выставлен',
    due: 'Оплатить до',
    takenOff: 'Уменьшает счёт',
    agreement: 'Договор',
    period: 'Период',
    seller: 'Продавец (лейбл)',
    buyer: 'Покупатель (платформа)',
    vatId: 'Номер плательщика НДС',
    taxNumber: 'ИНН или налоговый номер',
    registrationNumber: 'Регистрационный номер',
    notStated: 'не указал для счетов ни адреса, ни налогового номера',
    purposes: {
      advance: 'Аванс',
      guarantee: 'Гарантированный платёж',
      'minimum-fee': 'Минимальная плата',
      'back-fee': 'Плата за прошлое использование',
      royalties: 'Лицензионное вознаграждение',
      'late-interest': 'Проценты за просрочку оплаты',
    },
    description: 'Наименование',
    vatRate: 'НДС',
    amount: 'Сумма',
    held: 'Удержано до конца спора, будет выставлено потом',
    heldReason: 'НДС на удержанную сумму включён в этот счёт',
    net: 'Итого без НДС',
    vat: 'НДС',
    gross: 'Итого с НДС',
    withheld: 'Налог, удержанный платформой',
    payable: 'К оплате',
    credited: 'Уменьшение счёта',
    taxTitle: 'Налог на добавленную стоимость',
    category: 'Категория',
    categories: {
      S: 'обычная ставка',
      AE: 'налог исчисляет покупатель',
      E: 'освобождено от НДС',
      O: 'не облагается НДС',
    },
    taxable: 'Налоговая база',
    withheldNote: {
      invoice: 'Удержанный налог покупатель платит в бюджет от имени продавца; здесь он показан как уплаченный.',
      'credit-note': 'Вместе с суммой уменьшается и налог, удержанный с неё по счёту.',
    },
    payInNote: (currency) => `Оплачивается в ${currency} по курсу дня оплаты.`,
    agentNote: 'Документ выставлен Accordo от имени и по поручению продавца, для которого Accordo принимает оплату.',
    paymentNote: (number) => `Оплата через платёжный сервис Accordo; назначение: ${number}.`,
    creditNote: (number, day) => `Сумма уменьшает неоплаченный счёт ${number} от ${day}; деньги не возвращаются.`,
    page: (page, of) => `Страница ${page} из ${of}`,
  },
};

/** What an invoice is for, on one line: "Royalties 2026-01". */
export const invoicedText = (
  { purpose, subject }: Pick<InvoiceDocument, 'purpose' | 'subject'>,
  { purposes }: Pick<InvoiceWords, 'purposes'>,
): string => (subject === null ? purposes[purpose] : `${purposes[purpose]} ${subject}`);
