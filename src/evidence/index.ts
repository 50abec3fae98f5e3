export * from './bundle';
export { archiveBytesMax, writeArchive } from './archive';
export { ORIGINAL } from './file-names';
export { type LedgerVerification, verifyLedger } from './ledger';
export { type PublishedKey } from './published-keys';
export { type Verification, verifyBundle, verifyPdf } from './verify-bundle';
export { type CheckedSignature } from './verify-signatures';
export { STATEMENT_SCHEMA, STATEMENT_SEAL_TYPE, type StatementVerification, verifyStatement } from './verify-statement';
