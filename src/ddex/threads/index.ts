/** What threads of their own read with: each of them loads what is named here, and no more of this module or the kernel than that needs. */
export { numberOfDay } from '../dsr/dates';
export { gunzipped, ReportUnreadable } from '../dsr/unpack';
export { type LinesApart, UsageLinesApart } from '../dsr/usage-lines-apart';
