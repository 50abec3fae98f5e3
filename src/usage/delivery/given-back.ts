import { canonicalText } from '../../kernel';
import type { Keyring } from '../../platform/keyring/keyring';
import { signedText } from '../../platform/keyring/signed-text';
import type { Storage } from '../../platform/storage/storage';
import { linesKindOf } from '../file-kind';
import { linesBefore, type ReportFile } from '../report-parts';
import type { KeptReadings } from '../kept-readings';
import { reportText } from '../report-text';
import type { UsageReport } from '../usage-report';
import { ACKNOWLEDGEMENT_TYPE, acknowledgementOf, type SignedAcknowledgement } from './acknowledgement';
import { DsrForm } from './dsr-form';
import { faultyLines, linesAtFault, linesHeld, merged, ofFile } from './faulty-lines';
import { tableFormOf } from './line-forms';

/** The rejected lines of one file of a report that was read, and what kind of file they make. */
export interface GivenBack {
  readonly ending: string;
  readonly type: string;
  readonly lines: AsyncGenerator<Buffer>;
}

export function givenBack(
  storage: Storage,
  readings: KeptReadings,
  report: UsageReport,
  { file, withHeld }: { readonly file: ReportFile; readonly withHeld: boolean },
): GivenBack {
  const atFault = linesAtFault(readings.everyFault(report));
  const named = withHeld ? merged(atFault, linesHeld(readings.everyHeldLine(report))) : atFault;
  const { layout } = report;
  const text = reportText(storage, { ...file, layout }, { isWhole: true });
  const form = layout === null ? new DsrForm() : tableFormOf(layout);
  return { ...linesKindOf(layout), lines: faultyLines(text, ofFile(named, linesBefore(report, file.number)), form) };
}

/** Refuses with report-not-read. */
export async function signedAcknowledgement(
  keyring: Keyring,
  report: UsageReport,
  files: readonly ReportFile[],
): Promise<SignedAcknowledgement> {
  const acknowledgement = acknowledgementOf(report, files);
  const text = canonicalText(acknowledgement);
  return { acknowledgement, jws: await signedText(keyring, { purpose: 'usage', typ: ACKNOWLEDGEMENT_TYPE }, text) };
}
