import { canonicalText } from '../canonical';

/** What is hashed of a transaction of the ledger: ids and amounts, never names, so that nothing in it would ever have to be erased. */
export interface LedgerEntry {
  readonly agreement: string;
  readonly transaction: string;
  /** Its number among those of its agreement, in the order of the log, from 1 on: none can be left out unnoticed. */
  readonly number: number;
  readonly kind: string;
  readonly source: string;
  readonly effectiveOn: string;
  /** In UTC with milliseconds. */
  readonly bookedAt: string;
  readonly currency: string;
  /** Debits positive, credits negative: whole minor units as text. Of several payees each has an account of its own, by its number. */
  readonly legs: readonly { readonly account: string; readonly minor: string; readonly payee?: number }[];
}

export const LEDGER_ENTRY = 'accordo-ledger-entry/1';

/** A leaf of the ledger's tree. */
export const ledgerEntryText = (entry: LedgerEntry): string => canonicalText({ schema: LEDGER_ENTRY, ...entry });

/** What the marketplace signs of the ledger's tree: how many transactions it has, and the root over them. */
export interface LedgerCheckpoint {
  /** Base64url. */
  readonly root: string;
  readonly signedAt: string;
  readonly size: number;
}

/** What the marketplace signs with the transactions of an agreement: that these, of the tree of that root, are all. */
export interface LedgerExtract extends LedgerCheckpoint {
  readonly agreement: string;
  readonly transactions: number;
}

/** `typ` of each signed statement, so that none can be shown as another. */
export const ledgerTypes = {
  checkpoint: 'accordo-ledger-checkpoint+jws',
  extract: 'accordo-ledger-extract+jws',
} as const;

/** `schema` of the files that `accordo verify ledger` reads. */
export const ledgerSchemas = {
  checkpoint: 'accordo-ledger-checkpoint/1',
  consistency: 'accordo-ledger-consistency/1',
  inclusion: 'accordo-ledger-inclusion/1',
  bundle: 'accordo-ledger-bundle/1',
} as const;
