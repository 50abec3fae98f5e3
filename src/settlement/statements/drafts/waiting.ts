/** Drafts `d` that wait: neither issued nor void. Goes on with AND. */
export const waitingDrafts = `statement_drafts d
  WHERE NOT EXISTS (SELECT FROM voided_statement_drafts v WHERE v.agreement_id = d.agreement_id AND v.month = d.month AND v.draft = d.draft)
    AND NOT EXISTS (SELECT FROM statements s WHERE s.agreement_id = d.agreement_id AND s.month = d.month)`;
