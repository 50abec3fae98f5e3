import { childrenOf, elementsAt, type XmlElement } from '../../../ddex';
import type { ReadEntry } from './bank-message';
import { allTexts, amountAt, amountOf, dayAt, firstText, isCredit, type ReadAmount, textAt } from './elements';
import type { FileFaults } from './file-faults';

/** Longer texts than any bank has are cut. */
const remittanceMax = 2000;

/** Of an entry as a whole. */
export interface BookedEntry extends ReadAmount {
  readonly credit: boolean;
  readonly payments: readonly ReadEntry[];
}

type Shared = Pick<ReadEntry, 'direction' | 'reversal' | 'bookedOn'>;

/**
 * An entry, and the payments in it: where the bank booked several as a whole and says how much each is, these; else it is one. Undefined where it is not booked yet.
 */
export function readEntry(entry: XmlElement, reference: string, faults: FileFaults): BookedEntry | undefined {
  if (firstText(entry, 'Sts/Cd', 'Sts') !== 'BOOK') return undefined;
  const amount = amountAt(entry, faults);
  const credit = isCredit(entry, faults);
  const shared: Shared = {
    direction: credit ? 'credit' : 'debit',
    reversal: textAt(entry, 'RvslInd') === 'true' || textAt(entry, 'RvslInd') === '1',
    // Some banks give the day of value alone.
    bookedOn: dayAt(entry, childrenOf(entry, 'BookgDt').length > 0 ? 'BookgDt' : 'ValDt', faults),
  };
  // An entry over nothing moves nothing.
  if (amount.minor === 0n) return { ...amount, credit, payments: [] };
  const details = elementsAt(entry, ['NtryDtls', 'TxDtls']);
  const parts = details.map((detail) => partOf(detail, credit, amount.currency));
  const sum = parts.reduce((total: bigint, part) => total + (part ?? 0n), 0n);
  if (details.length > 1 && sum === amount.minor && parts.every((part) => part !== undefined && part > 0n)) {
    const payments = details.map((detail, place) => ({
      ...{ ...shared, ...textsOf(entry, [detail], credit), reference: `${reference}/${place + 1}` },
      ...{ minor: parts[place]!, currency: amount.currency },
    }));
    return { ...amount, credit, payments };
  }
  return { ...amount, credit, payments: [{ ...shared, ...amount, ...textsOf(entry, details, credit), reference }] };
}

/** How much of the entry a payment is; undefined where that cannot be read, or is in another currency or in the other direction: then the entry stays whole. */
function partOf(detail: XmlElement, credit: boolean, currency: string): bigint | undefined {
  const direction = textAt(detail, 'CdtDbtInd');
  if (direction !== null && direction !== (credit ? 'CRDT' : 'DBIT')) return undefined;
  const holder = childrenOf(detail, 'Amt').length > 0 ? detail : elementsAt(detail, ['AmtDtls', 'TxAmt'])[0];
  if (holder === undefined || childrenOf(holder, 'Amt')[0]?.attribute('Ccy') !== currency) return undefined;
  const text = textAt(holder, 'Amt') ?? '';
  return /^\d{1,18}(\.\d{0,5})?$/.test(text) ? amountOf(holder)?.minor : undefined;
}

function textsOf(
  entry: XmlElement,
  details: readonly XmlElement[],
  credit: boolean,
): Pick<ReadEntry, 'returned' | 'endToEndId' | 'creditorReferences' | 'remittance' | 'counterparty'> {
  const party = credit ? 'Dbtr' : 'Cdtr';
  const all = (path: string): string[] => details.flatMap((detail) => allTexts(detail, path));
  const [detail] = details;
  const endToEndId = details.length === 1 ? textAt(detail!, 'Refs/EndToEndId') : null;
  const texts = [...all('RmtInf/Ustrd'), ...all('AddtlTxInf'), ...allTexts(entry, 'AddtlNtryInf')];
  return {
    returned: details.some((one) => childrenOf(one, 'RtrInf').length > 0),
    // What banks write where the payer gave none.
    endToEndId: endToEndId === 'NOTPROVIDED' ? null : cut(endToEndId, 140),
    creditorReferences: [...all('RmtInf/Strd/CdtrRefInf/Ref'), ...all('RmtInf/Strd/RfrdDocInf/Nb')]
      .slice(0, 50)
      .map((text) => text.slice(0, 140)),
    remittance: texts.join(' ').slice(0, remittanceMax),
    counterparty: cut(
      detail === undefined ? null : firstText(detail, `RltdPties/${party}/Pty/Nm`, `RltdPties/${party}/Nm`),
      200,
    ),
  };
}

const cut = (text: string | null, length: number): string | null => text?.slice(0, length) ?? null;
