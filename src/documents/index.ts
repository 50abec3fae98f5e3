export { checkSealedPdf } from './check-sealed-pdf';
export { type ContractDocument, contractPdf, type ContractSignature } from './contract-pdf';
export {
  type InvoiceDocument,
  type InvoiceParty,
  type InvoiceTax,
  type PartyDetails,
  type VatCategory,
} from './invoice-document';
export { invoiceNotes, invoicePdf } from './invoice-pdf';
export { invoicedText, invoiceWords } from './invoice-words';
export { type DocumentSealKey, sealPdf } from './seal-pdf';
export { type ChartedMonth, type PaymentShown, type StatementDocument, type SummaryLine } from './statement-document';
export { type ClauseStep, clauseSteps } from './statement-clauses';
export { formulaText, paymentName, sourceText } from './statement-figures';
export { statementPdf } from './statement-pdf';
export { type Side, type StatementWords, statementWords, type SummaryName } from './statement-words';
