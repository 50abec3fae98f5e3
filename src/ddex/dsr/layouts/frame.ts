import { type Cell, may, must, optionalMany, recordType } from './cells';

/** The records around those of any profile. A layout lists the cells in file order: place plus one is the number. */
export const frameLayouts = {
  HEAD: [
    recordType,
    must('MessageVersion', 'version'),
    must('Profile', 'profile'),
    must('ProfileVersion', 'text'),
    must('MessageId', 'id'),
    must('MessageCreatedDateTime', 'dateTime'),
    must('FileNumber', 'count'),
    must('NumberOfFiles', 'count'),
    must('UsageStartDate', 'date'),
    must('UsageEndDate', 'date'),
    must('SenderPartyId', 'dpid'),
    must('SenderName', 'text'),
    may('ServiceDescription', 'text'),
    may('RecipientPartyId', 'dpid'),
    may('RecipientName', 'text'),
    optionalMany('RepresentedRepertoire', 'text'),
  ],
  FOOT: [
    recordType,
    must('NumberOfLinesInFile', 'count'),
    // Mandatory in the last file of a report.
    may('NumberOfLinesInReport', 'count'),
    must('NumberOfSummaryRecords', 'count'),
    must('NumberOfBlocksInFile', 'count'),
    may('NumberOfBlocksInReport', 'count'),
  ],
  SRFO: [recordType, must('NumberOfLinesInReport', 'count'), must('NumberOfSummaryRecords', 'count')],
} as const satisfies Record<string, readonly Cell[]>;
