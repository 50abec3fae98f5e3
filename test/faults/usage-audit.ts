import type { Client } from 'pg';
import { auditLedger } from './audit';
import { Advance } from './expected-amounts';
import type { Findings } from './findings';
import type { PatientClient } from './patient-client';
import type { System } from './system';
import { meteredCents, type Sums } from './usage-plan';
import type { SentReport, UsageRound } from './usage-round';

/** When everything has settled: what was acknowledged is there once, with exactly what it says, and was paid for. */
export async function auditUsage(
  system: System,
  rounds: readonly UsageRound[],
  readers: readonly PatientClient[],
  findings: Findings,
): Promise<void> {
  await system.behindTheScenes(async (client) => {
    await auditLedger(client, findings);
    await auditClaims(client, findings);
    await auditReports(client, rounds, findings);
    await auditEvents(client, rounds, findings);
    for (const round of rounds) await auditMoney(client, round, findings);
  });
  for (const [at, round] of rounds.entries()) {
    for (const report of round.reports) await auditSums(readers[at]!, report, findings);
  }
}

/** Must give no rows, ever. */
const never: Readonly<Record<string, string>> = {
  'live context of two reports': `SELECT a.report_id, a.context_id, b.report_id FROM usage_contexts a JOIN usage_contexts b USING (platform_id, label_id, service_id, use_model, territory)
     WHERE a.live AND b.live AND a.period && b.period AND a.report_id < b.report_id`,
  'live context of a report that does not count': `SELECT c.report_id, c.context_id FROM usage_contexts c JOIN usage_reports r ON r.id = c.report_id WHERE c.live AND r.state <> 'accepted'`,
  'context of a report that counts, not live': `SELECT c.report_id, c.context_id FROM usage_contexts c JOIN usage_reports r ON r.id = c.report_id WHERE NOT c.live AND r.state = 'accepted'`,
  'sums of a report that does not count': `SELECT t.report_id FROM usage_totals t JOIN usage_reports r ON r.id = t.report_id WHERE r.state IN ('received', 'refused')`,
  'report that waits': `SELECT id FROM usage_reports WHERE state = 'received'`,
  'operation without an end': `SELECT id FROM operations WHERE state IN ('queued', 'running')`,
  // A job that another one of its key has replaced while it ran is never tried again either: it has no error.
  'job that failed for good':
    'SELECT id, last_error FROM graphile_worker._private_jobs WHERE attempts >= max_attempts AND last_error IS NOT NULL',
  'message told twice': 'SELECT platform_id, message_id FROM usage_reports GROUP BY 1, 2 HAVING count(*) > 1',
  'event told twice': 'SELECT platform_id, source, id FROM usage_events GROUP BY 1, 2, 3 HAVING count(*) > 1',
  'statement of one month twice': 'SELECT agreement_id, month FROM statements GROUP BY 1, 2 HAVING count(*) > 1',
};

async function auditClaims(client: Client, findings: Findings): Promise<void> {
  for (const [what, question] of Object.entries(never)) {
    const { rows } = await client.query<{ key: string }>(`SELECT r::text AS key FROM (${question}) AS r`);
    for (const { key } of rows) findings.duplicated(`${what}: ${key}`);
  }
}

async function auditReports(client: Client, rounds: readonly UsageRound[], findings: Findings): Promise<void> {
  const { rows } = await client.query<{ id: string; state: string; accepted: string; rejected: string }>(
    `SELECT id, state, lines_accepted::text AS accepted, lines_rejected::text AS rejected FROM usage_reports`,
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  const sent = rounds.flatMap(({ reports }) => reports);
  for (const { id, messageId, state, accepted, rejected } of sent) {
    const row = found.get(id);
    const counts = state === 'refused' ? row : { accepted: String(accepted), rejected: String(rejected) };
    if (row?.state !== state) findings.lost(`${messageId}: ${row?.state ?? 'not there'} instead of ${state}`);
    if (row?.accepted !== counts?.accepted || row?.rejected !== counts?.rejected) {
      findings.lost(`lines of ${messageId}: ${row?.accepted} and ${row?.rejected}, not ${accepted} and ${rejected}`);
    }
  }
  const known = new Set(sent.map(({ id }) => id));
  for (const id of found.keys()) if (!known.has(id)) findings.duplicated(`report ${id}, which nobody was told of`);
}

async function auditEvents(client: Client, rounds: readonly UsageRound[], findings: Findings): Promise<void> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM usage_events');
  const kept = new Set(rows.map(({ id }) => id));
  for (const { events } of rounds) {
    for (const id of events.keys()) if (!kept.has(id)) findings.lost(`event ${id}`);
  }
}

async function auditSums(
  client: PatientClient,
  { id, messageId, state, sums }: SentReport,
  findings: Findings,
): Promise<void> {
  const found = new Map<string, string>();
  let cursor = '';
  do {
    const page: Page = await client.get(`/v1/usage-reports/${id}/sums?limit=1000${cursor}`);
    for (const { isrc, territory, useType, commercialModel, quantity, returns } of page.rows) {
      const key = `${isrc} ${territory} ${useType} ${commercialModel}`;
      if (found.has(key)) findings.duplicated(`sum of ${key} in ${messageId}`);
      found.set(key, `${quantity} ${returns}`);
    }
    cursor = page.next === null ? '' : `&cursor=${page.next}`;
  } while (cursor !== '');
  const wanted: Sums = state === 'refused' ? new Map() : sums;
  for (const [key, { quantity, returns }] of wanted) {
    const told = found.get(key) ?? 'nothing';
    if (told !== `${quantity} ${returns}`) findings.lost(`${key} in ${messageId}: ${told}, not ${quantity} ${returns}`);
  }
  if (found.size > wanted.size) findings.duplicated(`${found.size - wanted.size} sums of ${messageId}`);
}

interface Page {
  readonly rows: readonly Readonly<
    Record<'isrc' | 'territory' | 'useType' | 'commercialModel' | 'quantity' | 'returns', string>
  >[];
  readonly next: string | null;
}

/** Each month is booked with what its last reports and all events are worth, whenever it was closed; statements say the differences. */
async function auditMoney(
  client: Client,
  { parts, closed, reports, events }: UsageRound,
  findings: Findings,
): Promise<void> {
  const { agreementId } = parts.licence;
  const bookings = await client.query<{
    period: string;
    month: string;
    total: string;
    delta: string;
    reports: string[];
  }>(
    `SELECT to_char(period, 'YYYY-MM') AS period, to_char(statement_month, 'YYYY-MM') AS month, total_minor::text AS total, delta_minor::text AS delta,
            report_ids AS reports
       FROM period_bookings WHERE agreement_id = $1 ORDER BY period, sequence`,
    [agreementId],
  );
  for (const month of closed) {
    const live = reports.filter((report) => report.month === month && report.state === 'accepted');
    const plays = [...events.values()].reduce(
      (sum, event) => sum + (event.month === month ? BigInt(event.quantity) : 0n),
      0n,
    );
    const wanted = meteredCents(
      live.map(({ sums }) => sums),
      plays,
    );
    const own = bookings.rows.filter(({ period }) => period === month);
    const booked = own.at(-1)?.total ?? 'nothing';
    if (booked !== String(wanted)) findings.lost(`money of ${month}: ${booked} instead of ${wanted}`);
    const differences = own.reduce((sum, { delta }) => sum + BigInt(delta), 0n);
    if (String(differences) !== booked) findings.lost(`differences of ${month}: ${differences} instead of ${booked}`);
    const ids = own.at(-1)?.reports ?? [];
    if (
      [...ids].sort().join() !==
      live
        .map(({ id }) => id)
        .sort()
        .join()
    )
      findings.lost(`reports that ${month} stands on`);
  }
  const statements = await client.query<{ month: string; said: string }>(
    `SELECT to_char(month, 'YYYY-MM') AS month, concat_ws(' ', royalties_minor, recouped_minor, total_minor) AS said
       FROM statements WHERE agreement_id = $1 ORDER BY month`,
    [agreementId],
  );
  const advance = new Advance();
  for (const { month, said } of statements.rows) {
    const deltas = bookings.rows.filter((booking) => booking.month === month);
    const { royalties, recouped, payable } = advance.recoup(deltas.reduce((sum, { delta }) => sum + BigInt(delta), 0n));
    const wanted = [royalties, recouped, payable].join(' ');
    if (said !== wanted) findings.lost(`statement of ${month}: ${said} instead of ${wanted}`);
  }
  if (statements.rows.length !== closed.length) findings.lost(`${closed.length - statements.rows.length} statements`);
}
