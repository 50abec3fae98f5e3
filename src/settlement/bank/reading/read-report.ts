import type { XmlElement } from '../../../ddex';
import { plainNumber } from '../accounts/account-number';
import type { ReadBalance, ReadEntry, ReadReport } from './bank-message';
import { amountAt, dayAt, firstText, isCredit, needed, textAt } from './elements';
import type { FileFaults } from './file-faults';
import { readEntry } from './read-entries';

/** What a balance is by its code: of a page between others, interim. */
const openings = ['OPBD', 'PRCD'];
const closings = ['CLBD'];
const interim = 'ITBD';

/** More than can be kept. */
const sumMax = 10n ** 18n;

/** Puts one statement or notification together, element by element as they end. */
export class ReportInParts {
  private id: string | null = null;
  private page = 1;
  private sequence: string | null = null;
  private account: string | null = null;
  private currency: string | null = null;
  private opening: ReadBalance | undefined;
  private closing: ReadBalance | undefined;
  private readonly entries: ReadEntry[] = [];
  private readonly references = new Map<string, number>();
  private credits = 0n;
  private debits = 0n;
  private pending = 0;
  private count = 0;

  constructor(
    private readonly element: XmlElement,
    private readonly faults: FileFaults,
  ) {}

  take(element: XmlElement): void {
    if (element.name === 'Ntry') this.takeEntry(element);
    else if (element.name === 'Bal') this.takeBalance(element);
    else if (element.name === 'Id') this.id = element.text;
    else if (element.name === 'ElctrncSeqNb') this.takeSequence(element);
    else if (element.name === 'StmtPgntn' || element.name === 'NtfctnPgntn') this.takePage(element);
    else if (element.name === 'Acct') {
      this.account = firstText(element, 'Id/IBAN', 'Id/Othr/Id');
      this.currency = textAt(element, 'Ccy');
    }
  }

  /** What it says; faults where it contradicts itself. */
  end(withBalances: boolean): ReadReport {
    const { element, faults, opening, closing, credits, debits } = this;
    const currency = this.currency ?? this.entries[0]?.currency ?? '';
    if (this.entries.some((entry) => entry.currency !== currency))
      faults.add(element, 'currency-differs', `an entry is in another currency than ${currency}`);
    if (credits > sumMax || debits > sumMax) faults.add(element, 'amount-unknown', 'it moves more than there is');
    if (withBalances) {
      if (opening === undefined || closing === undefined)
        faults.add(
          element,
          'field-required',
          'an opening and a closing balance (OPBD or PRCD, and CLBD) must be there',
        );
      else if (opening.minor + credits - debits !== closing.minor)
        faults.add(
          element,
          'balance-differs',
          'the opening balance and all entries do not come to the closing balance',
        );
      else if (opening.on > closing.on) faults.add(element, 'day-order', 'it closes before it opens');
    }
    return {
      id: needed(element, this.id, 'Id', faults),
      account: plainNumber(needed(element, this.account, 'the account', faults)),
      ...{ page: this.page, sequence: this.sequence, currency, opening, closing },
      ...{ creditsMinor: credits, debitsMinor: debits, pending: this.pending, entries: this.entries },
    };
  }

  private takeEntry(element: XmlElement): void {
    this.count += 1;
    const base = (firstText(element, 'AcctSvcrRef', 'NtryRef') ?? `#${this.count}`).slice(0, 140);
    // Some banks give the same reference twice: the second one is another entry.
    const seen = (this.references.get(base) ?? 0) + 1;
    this.references.set(base, seen);
    const entry = readEntry(element, seen === 1 ? base : `${base}~${seen}`, this.faults);
    if (entry === undefined) {
      this.pending += 1;
      return;
    }
    if (entry.credit) this.credits += entry.minor;
    else this.debits += entry.minor;
    for (const payment of entry.payments) this.entries.push(payment);
  }

  private takeBalance(element: XmlElement): void {
    const code = textAt(element, 'Tp/CdOrPrtry/Cd') ?? '';
    if (![...openings, ...closings, interim].includes(code)) return;
    const { minor, currency } = amountAt(element, this.faults);
    this.currency ??= currency;
    if (currency !== this.currency) this.faults.add(element, 'currency-differs', 'a balance is in another currency');
    const signed = isCredit(element, this.faults) ? minor : -minor;
    const balance = { minor: signed, on: dayAt(element, 'Dt', this.faults) };
    // A page in the midst begins and ends with interim balances, in that order.
    if (openings.includes(code)) this.opening = balance;
    else if (closings.includes(code)) this.closing = balance;
    else if (this.opening === undefined) this.opening = balance;
    else this.closing ??= balance;
  }

  private takeSequence(element: XmlElement): void {
    if (/^\d{1,18}$/.test(element.text)) this.sequence = element.text;
    else this.faults.add(element, 'field-in', 'must be a number');
  }

  private takePage(element: XmlElement): void {
    const text = textAt(element, 'PgNb') ?? '';
    if (/^[1-9]\d{0,4}$/.test(text)) this.page = parseInt(text, 10);
    else this.faults.add(element, 'field-in', 'PgNb must be a number');
  }
}
