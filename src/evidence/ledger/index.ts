export { type LedgerFile, type LedgerVerification, verifyLedger } from './verify-ledger';
