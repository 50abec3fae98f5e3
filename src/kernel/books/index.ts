export * from './ledger-entry';
