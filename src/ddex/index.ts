export { readDsr } from './dsr/read-any';
export { readRecordCompanyReport } from './dsr/read-report';
export {
  recordCompanyReportWriter,
  type RecordCompanyReportWriter,
  type ReportHead,
  type ReportOpening,
  type UsageCells,
} from './dsr/write-report';
export { dsrFileName, parseDsrFileName, type DsrFileName } from './dsr/file-name';
export type {
  DsrReceiver,
  DsrRecord,
  DsrSummary,
  Head,
  NamedCells,
  ReportReceiver,
  ReportSummary,
  SalesContext,
  SummaryFigures,
  UsageLine,
} from './dsr/records';
export { faultWeights, type Fault, type FaultCode, type Severity } from './dsr/faults';
export { layouts, type CellName, type CellsOf, type RecordCode } from './dsr/layouts';
