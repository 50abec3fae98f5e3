/**
 * Every error code that Accordo answers with, its HTTP status and what it means. Codes are stable: clients match on them.
 * A code that no test names fails the tidy test.
 */
export const errorCodes = {
  // The request itself
  'request-invalid': { status: 400, title: 'The request has faults; all are listed' },
  'idempotency-key-missing': { status: 400, title: 'Every write needs an Idempotency-Key header' },
  'signature-invalid': {
    status: 400,
    title: 'The signature is not that of whom it should be from, over what it should be over',
  },
  unauthenticated: { status: 401, title: 'Sign in or send an API key' },
  'sign-in-failed': { status: 401, title: 'Mail address or password is wrong' },
  forbidden: { status: 403, title: 'Your organization or role may not do this' },
  'confirmation-required': { status: 403, title: 'Enter your password again: signing needs a fresh confirmation' },
  'organization-not-verified': { status: 403, title: 'Only verified organizations publish, negotiate and sign' },
  'not-found': { status: 404, title: 'There is nothing here that you may see' },
  'method-not-allowed': { status: 405, title: 'This address does not know that method' },
  'body-too-large': { status: 413, title: 'The body is larger than this route takes' },
  'content-type-unsupported': { status: 415, title: 'This route does not read that content type' },
  'content-encoding-unsupported': { status: 415, title: 'Send the body as it is, not compressed' },
  'idempotency-key-in-use': { status: 409, title: 'A request with this key is still running' },
  'precondition-required': { status: 428, title: 'Send If-Match with the ETag of the version that you read' },
  'precondition-failed': { status: 412, title: 'It has changed since the version that If-Match names' },
  'operation-over': { status: 409, title: 'The operation has ended' },
  'operation-not-cancellable': { status: 409, title: 'Work of this kind is not cancelled' },
  'tus-version-unsupported': { status: 412, title: 'Uploads follow tus 1.0.0: send that as Tus-Resumable' },
  'upload-offset-differs': { status: 409, title: 'Another number of bytes is there than the piece begins with' },
  'upload-checksum-differs': { status: 460, title: 'The piece is not what its checksum says; nothing of it was kept' },
  'upload-incomplete': { status: 409, title: 'The upload is not all there' },
  'limit-reached': { status: 409, title: 'There are as many of these as are kept' },
  'idempotency-key-reused': { status: 422, title: 'This key was used for another request' },
  'too-many-requests': { status: 429, title: 'Too many attempts; wait and try again' },
  'internal-error': { status: 500, title: 'Something failed on our side; nothing was changed' },
  'not-ready': { status: 503, title: 'The service cannot answer at the moment; try again' },
  'payments-not-configured': { status: 503, title: 'This installation has no payment provider' },

  // Parties
  'framework-agreement-differs': {
    status: 409,
    title: 'The hash is not that of the framework agreement as it stands now',
  },
  'email-taken': { status: 409, title: 'This mail address already belongs to a member' },
  'party-id-taken': { status: 409, title: 'This party identifier already belongs to an organization' },
  'service-name-taken': { status: 409, title: 'The platform already has a service of this name' },
  'operator-exists': { status: 409, title: 'The marketplace already has an operator' },
  'already-verified': { status: 409, title: 'The organization is already verified' },
  'approval-needs-second-person': { status: 409, title: 'Whoever asked cannot approve' },
  'approval-decided': { status: 409, title: 'This approval is already decided' },
  'signing-key-exists': { status: 409, title: 'This key was already proposed' },
  'signing-key-unknown': { status: 422, title: 'Your organization has no active signing key of this id' },
  'delegation-exists': { status: 409, title: 'The label already lets this distributor act for it' },

  // Catalogue
  'import-header-invalid': { status: 422, title: 'The file’s header row lacks a needed column' },
  'import-unreadable': { status: 422, title: 'The file is not readable CSV' },
  'recording-unknown': { status: 422, title: 'A recording is not in the label’s catalogue' },
  'rights-overlap': { status: 409, title: 'A share is already stated for this recording, place and time' },
  'package-version-taken': { status: 409, title: 'This package version was just published by someone else' },

  // Offers and agreements
  'terms-invalid': { status: 422, title: 'The terms have faults; all are listed' },
  'terms-parties-differ': { status: 422, title: 'The terms name other parties or services than this negotiation' },
  'terms-not-operable': {
    status: 422,
    title: 'The terms have clauses that cannot be settled here yet; all are listed',
  },
  'track-not-controlled': { status: 422, title: 'The label does not control a track where the terms license it' },
  'most-favoured-breach': {
    status: 409,
    title: 'The terms are better than your own most favoured nation clauses allow, and you have not acknowledged it',
  },
  'nothing-to-strike': { status: 409, title: 'No track of the revision fails the rights check that you may see' },
  'claims-not-open': { status: 422, title: 'The terms settle claims that are not open between these parties' },
  'negotiation-closed': { status: 409, title: 'The negotiation is closed' },
  'negotiation-expired': { status: 409, title: 'The latest revision has expired, and the negotiation with it' },
  'negotiation-not-reopenable': { status: 409, title: 'Only a refused, withdrawn or expired negotiation is reopened' },
  'negotiation-reopened': { status: 409, title: 'The negotiation was already reopened as a new one' },
  'expiry-out-of-bounds': { status: 422, title: 'A revision must stand for an hour at least and a year at most' },
  'acceptance-pending': { status: 409, title: 'An acceptance of this revision already waits for a second signatory' },
  'offer-revised': { status: 409, title: 'There is a newer revision than the one named' },
  'listing-closed': { status: 409, title: 'The listing is closed' },
  'listing-under-negotiation': { status: 409, title: 'You are already negotiating on this listing' },
  'request-closed': { status: 409, title: 'The licence request is no longer open' },
  'own-revision': { status: 409, title: 'A party cannot accept its own revision' },
  'draft-incomplete': { status: 422, title: 'The draft lacks what sending needs; all of it is listed' },
  'draft-ended': { status: 409, title: 'The draft was sent; it stays as it was' },
  'agreement-imported-already': {
    status: 409,
    title: 'An agreement between these parties stands on this file already',
  },
  'second-signatory-needed': {
    status: 409,
    title: 'Above your threshold a second signatory approves before anybody signs',
  },
  'export-failed': { status: 409, title: 'The export failed: see its operation, and ask for another' },
  'framework-agreement-not-accepted': {
    status: 409,
    title: 'Your organization has not accepted the framework agreement, under which it would sign',
  },
  'manifest-hash-differs': { status: 409, title: 'The hash is not that of the manifest that waits for signature' },
  'already-signed': { status: 409, title: 'This party has already signed' },
  'agreement-not-open-for-signature': { status: 409, title: 'The agreement takes no signature now' },
  'exclusive-grant-overlaps': {
    status: 409,
    title: 'An exclusive grant covers the same recording, place, use and time',
  },
  'document-not-ready': { status: 409, title: 'The document is being made: ask again in a moment' },
  'amendment-open': { status: 409, title: 'An amendment of this agreement already waits for signatures' },
  'amendment-not-possible': { status: 422, title: 'The amendment cannot be; all reasons are listed' },
  'agreement-not-running': { status: 409, title: 'The agreement has ended' },
  'agreement-not-active': { status: 409, title: 'The licence is not active now' },
  'agreement-not-suspended': { status: 409, title: 'The licence is not suspended' },
  'right-not-agreed': { status: 403, title: 'The terms do not give this party that right' },
  'notice-too-late': { status: 409, title: 'The notice does not leave the time that the terms ask for' },
  'notice-given-already': { status: 409, title: 'The agreement already ends before its term' },
  'breach-unknown': { status: 404, title: 'You notified no such breach, or it is cured' },
  'breach-may-be-cured': { status: 409, title: 'The time to cure the breach is not over' },
  'simulation-basis-invalid': { status: 422, title: 'What the simulation is to stand on has faults; all are listed' },
  'simulation-file-invalid': { status: 422, title: 'The usage file has faults; they are listed with their lines' },
  'simulation-too-large': { status: 422, title: 'The simulation is larger than is worked out' },
  'usage-not-reported': { status: 422, title: 'No report speaks for these months' },

  // Clearance
  'clearance-feed-lost': { status: 503, title: 'This process has not heard of changes for too long to answer' },

  // Enforcement
  'claim-state': { status: 409, title: 'The claim is not in a state for that' },
  'breach-missing': { status: 409, title: 'The agreement that settled the claim is not broken' },
  'use-released': { status: 422, title: 'An agreement has released that use' },
  'claim-reference-taken': { status: 409, title: 'The label already has a claim with this reference' },

  // Usage
  'report-unreadable': { status: 422, title: 'The report cannot be read; its faults are listed' },
  'report-not-as-agreed': { status: 422, title: 'The report has more faults, or others, than an agreement allows' },
  'report-party-unknown': { status: 422, title: 'The report names a recipient or service that is not known' },
  'message-id-reused': { status: 409, title: 'This message id was used for another file' },
  'period-already-reported': { status: 409, title: 'A live report already speaks for this period and context' },
  'delta-not-possible': {
    status: 409,
    title: 'Differences to this report cannot be taken: send the whole report as its replacement',
  },
  'report-without-difference': { status: 409, title: 'The report replaces none, or has not been accepted' },
  'report-not-replaceable': {
    status: 409,
    title: 'The report named by replaces is not a live report of the same contexts',
  },
  'usage-resolution-invalid': { status: 422, title: 'Resolutions have faults; all are listed' },
  'usage-resolution-state': { status: 409, title: 'Resolutions are not in a state for that; all are listed' },
  'reading-cancelled': { status: 409, title: 'Its sender has cancelled the reading of this report' },
  'report-not-read': { status: 409, title: 'The report has not been read, or could not be' },
  'usage-dispute-closed': {
    status: 409,
    title: 'The month is closed: what is wrong in it is corrected by a replacement',
  },
  'usage-dispute-nothing': { status: 422, title: 'Both sources differ by no more than the terms let pass' },
  'usage-dispute-state': { status: 409, title: 'The dispute is not in a state for that' },
  'usage-event-invalid': { status: 422, title: 'The usage event has faults; all are listed' },
  'usage-event-differs': { status: 409, title: 'This source and id were used for another event' },
  'usage-event-unknown': { status: 422, title: 'There is no event of this source and id' },

  // Settlement
  'agreement-not-concluded': { status: 409, title: 'The agreement is not concluded' },
  'period-not-closable': { status: 409, title: 'The period cannot be closed now' },
  'period-already-closed': { status: 409, title: 'The period is closed; corrections become deltas' },
  'invoice-not-payable': { status: 409, title: 'An invoice is not paid, not yours or already paid out' },
  'payment-account-missing': { status: 409, title: 'The label has no payment account' },
  'payment-account-exists': { status: 409, title: 'The label already has this payment account' },
  'commission-missing': { status: 409, title: 'No commission schedule is in force' },
  'commission-overlaps': { status: 409, title: 'A commission schedule is already in force for that time' },
  'payment-provider-refused': { status: 502, title: 'The payment provider refused' },

  // A process that cannot start (status is unused)
  'configuration-invalid': { status: 500, title: 'A setting is missing or wrong' },
  'database-unreachable': { status: 500, title: 'The database cannot be reached' },
  'database-too-old': { status: 500, title: 'The database is older than Accordo supports' },
  'database-role-unsafe': { status: 500, title: 'The application role could bypass row-level security' },
  'database-not-migrated': { status: 500, title: 'The database lacks migrations' },
  'port-taken': { status: 500, title: 'The port is in use' },
  'injected-clock-refused': { status: 500, title: 'A production process runs on the real clock only' },
} as const;

export type ErrorCode = keyof typeof errorCodes;
