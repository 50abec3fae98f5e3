export type Severity = 'error' | 'warning';

/** An error is a reason to apply nothing of the message; a fatal one stops reading; a warning changes nothing. */
export interface Weight {
  readonly severity: Severity;
  readonly fatal?: true;
  /** What is wrong, in one sentence without a full stop: the table of codes in the documents is made from it. */
  readonly meaning: string;
}

const error = (meaning: string): Weight => ({ severity: 'error', meaning });
const warning = (meaning: string): Weight => ({ severity: 'warning', meaning });
const fatal = (meaning: string): Weight => ({ severity: 'error', fatal: true, meaning });

/** Every problem that a message can have. Codes are part of the interface: they are counted, shown and documented. */
export const problemWeights = {
  // The file
  'file-unreadable': fatal('the file cannot be opened or read'),
  'file-too-large': fatal('the file is larger than 4 GiB'),
  'gzip-corrupt': fatal('the file begins as gzip and cannot be unpacked to its end'),
  'gzip-too-dense': fatal('the file unpacks to far more than a message can'),
  'encoding-unsupported': fatal('the file is neither in UTF-8 nor in UTF-16'),
  'encoding-wrong': fatal('the bytes are not in the encoding that the file says or begins with'),
  'xml-version-unsupported': fatal('the file says that it is of another version of XML than 1.0'),
  'xml-malformed': fatal('the file is not well-formed XML 1.0'),
  'xml-truncated': fatal('the file ends before its root element does'),
  'doctype-forbidden': fatal('the file has a document type, which is not read whatever it says'),
  'entity-forbidden': fatal('an entity other than the five of XML itself is used, or a character that may not be'),
  'too-deep': fatal('more than 64 elements inside one another'),
  'too-many-attributes': fatal('an element has more than 64 attributes'),
  'attribute-too-long': fatal('the attributes of an element have more than 65,536 characters'),
  'name-too-long': fatal('a name has more than 256 characters'),
  'markup-too-long': fatal('more than 262,144 characters without the end of a tag'),
  'unit-too-large': fatal(
    'a header, party, resource, release or deal has more than 250,000 elements, or 8 MiB of text',
  ),
  'too-many-references': fatal(
    'more than a million resources, releases or parties, or 32 million characters of their names',
  ),
  'too-many-problems': fatal('more than 100,000 problems'),
  'not-ern': fatal('the root is no NewReleaseMessage and no PurgeReleaseMessage of DDEX'),
  // The message
  'version-unknown': error('the namespace is of a version that is not known; it is read like the nearest one that is'),
  'version-differs': error('MessageSchemaVersionId says another version than the namespace'),
  'attribute-missing': error('an attribute that this version asks for is not there'),
  'attribute-not-allowed': error('an attribute that this version does not have'),
  'control-unknown': error('MessageControlType is neither LiveMessage nor TestMessage'),
  'section-unknown': warning('a part of the message that no version has; nothing in it is read'),
  'element-unknown': warning('an element that no version has there; nothing in it is read'),
  'section-repeated': error('a part of the message comes twice'),
  'section-out-of-order': error('a part of the message comes after one that it must precede'),
  'foreign-element': warning('an element of another namespace; nothing in it is read'),
  'mixed-content': error('text stands beside elements'),
  'no-deals': warning('there is no deal: the message makes its releases available nowhere'),
  // Elements and values
  'element-missing': error('an element that must be there is not, or has nothing in it'),
  'element-empty': warning('an element that may be empty only in practice has nothing in it'),
  'element-repeated': error('an element that may be there once comes again; the first counts'),
  'boolean-malformed': error('the value is neither true nor false'),
  'date-malformed': error('the value is not a day, month or year of the calendar'),
  'date-time-malformed': error('the value is not a day and time'),
  'duration-malformed': error('the value is not a duration such as PT3M45S, or counts in months'),
  'duration-zero': warning('a duration of nothing is taken as unknown'),
  'number-malformed': error('the value is not a number of its kind'),
  'value-unknown': warning('the value is not in the list of allowed values; it is kept as written'),
  'user-defined-incomplete': warning('a user-defined value lacks its namespace or what it is'),
  'currency-unknown': warning('the currency is not one that is paid in today'),
  'share-out-of-range': error('a share is below 0 or above 100 percent'),
  'shares-above-whole': warning(
    'shares of one recording, without regard to territory and time, add up to more than 100 percent',
  ),
  // Identifiers
  'isrc-malformed': error('the value is not an ISRC; it is not used'),
  'icpn-malformed': error('the value is not a bar code of 8, 12, 13 or 14 digits; it is not used'),
  'icpn-check-digit': warning('the check digit of a bar code is wrong'),
  'grid-malformed': error('the value is not a GRid; it is not used'),
  'grid-check-digit': warning('the check character of a GRid is wrong'),
  'dpid-malformed': error('the value is not a DDEX party identifier; it is not used'),
  'dpid-check-digit': warning('the check character of a DDEX party identifier is wrong'),
  'isni-malformed': error('the value is not an ISNI; it is not used'),
  'isni-check-digit': warning('the check character of an ISNI is wrong'),
  'iswc-malformed': error('the value is not an ISWC; it is not used'),
  'iswc-check-digit': warning('the check digit of an ISWC is wrong'),
  'ipi-malformed': error('the value is not an IPI name number; it is not used'),
  'ipi-check-digit': warning('the check digits of an IPI name number are wrong'),
  'isrc-missing': warning('a recording or video has no ISRC: it cannot be licensed by one'),
  'isrc-repeated': warning('two recordings or videos of the message have the same ISRC'),
  // References
  'reference-repeated': error('an earlier resource, release or party has the same reference'),
  'party-unknown': error('the PartyList has no such party'),
  'resource-unknown': error('the ResourceList has no such resource'),
  'release-unknown': error('the ReleaseList has no such release'),
  'work-unknown': warning('the WorkList has no such work'),
  'deal-reference-late': error('a release is named after the deals that are for it'),
  // Deals
  'territories-missing': error('a deal has neither territories nor excluded ones'),
  'territories-both': error('a deal has territories and excluded ones'),
  'deal-without-use': warning('a deal names no use: it grants nothing by itself'),
  'period-reversed': error('a period ends before it begins'),
  'use-within-use': warning('a deal names a use beside the one that covers it'),
} as const satisfies Record<string, Weight>;

export type ProblemCode = keyof typeof problemWeights;
