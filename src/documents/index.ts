export { checkSealedPdf } from './check-sealed-pdf';
export { type ContractDocument, contractPdf, type ContractSignature } from './contract-pdf';
export { type DocumentSealKey, sealPdf } from './seal-pdf';
