export * from './bundle';
export { archiveBytesMax, writeArchive } from './archive';
export { ORIGINAL } from './file-names';
export { type LedgerVerification, verifyLedger } from './ledger';
export { type PublishedKey } from './published-keys';
export { type Verification, verifyBundle, verifyPdf } from './verify-bundle';
export { type CheckedSignature } from './verify-signatures';
export { STATEMENT_SCHEMA, STATEMENT_SEAL_TYPE, type StatementVerification, verifyStatement } from './verify-statement';
export {
  BundleLines,
  type BundleEnd,
  type BundleReading,
  STATEMENT_BUNDLE_SCHEMA,
  STATEMENT_BUNDLE_SEAL_TYPE,
} from './statement-bundle';
export { compareClauseLines } from './compare-clause-lines';
export { Findings } from './findings';
export { sealOfText } from './detached-seal';
export { type StatementLink, verifyChain } from './verify-chain';
