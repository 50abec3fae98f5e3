export { dsrReader, readDsr } from './dsr/read-any';
export { checkReport, type ReportCheck, unreadableReport } from './dsr/check-report';
export { type CheckedFile, checkTogether } from './dsr/check-together';
export { LineSplitter } from './dsr/lines';
export { DsrWriter, type WrittenRecord } from './dsr/dsr-writer';
export { DENSITY_MAX, gunzipped, ReportUnreadable, unpacked } from './dsr/unpack';
export { profiles, type Profile } from './dsr/profiles';
export { type SoldResource, SoldResources } from './dsr/sold-resource';
export { readRecordCompanyReport } from './dsr/read-report';
export { ReportInParts } from './dsr/report-in-parts';
export { type ContextTotals } from './dsr/read-usage';
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
  ReportedUse,
  ReportSummary,
  SalesContext,
  SummaryFigures,
  SummaryUses,
  UsageLine,
} from './dsr/records';
export { type Escapes } from './dsr/escaping';
export { faultWeights, type Fault, type FaultCode, type Severity } from './dsr/faults';
export {
  isPartlyKnown,
  isRecordCode,
  layouts,
  type Cell,
  type CellName,
  type CellsOf,
  type RecordCode,
} from './dsr/layouts';
export {
  artistsOf,
  checkMessage,
  type ErnCheck,
  mainTitle,
  nameOf,
  PROBLEMS_KEPT,
  readMessage,
  unreadableMessage,
} from './ern/check-message';
export { ErnReader, type ErnReceiver, type ErnSummary } from './ern/message-reader';
export type {
  Deal,
  ErnHeader,
  Label,
  PurgedRelease,
  Release,
  ReleaseIds,
  Resource,
  ResourceGroup,
  Visibility,
} from './ern/model';
export { type Problem, type ProblemCode, problemWeights } from './ern/problems';
export { mainOf } from './ern/values';
export { versionNames } from './ern/versions';
export { childrenOf, elementsAt, textsAt, XmlElement } from './ern/xml/element';
export { XmlRefused } from './ern/xml/refused';
export { type TreeListener, XmlTreeReader } from './ern/xml/tree-reader';
