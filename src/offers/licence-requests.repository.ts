import type { TerritorySet } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { RequestState } from './request-moves';

/** What a platform would like to license, in its own words: nothing of it is looked up in the label's catalogue. */
export interface AskedRepertoire {
  readonly query?: string;
  readonly isrcs?: readonly string[];
  readonly count?: number;
}

/** A request without what it asks for: what lists show. */
export interface LicenceRequestHead {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly state: RequestState;
  readonly reason: string | null;
  readonly negotiationId: string | null;
  readonly sentAt: Date;
  readonly closedAt: Date | null;
}

export interface LicenceRequest extends LicenceRequestHead {
  readonly repertoire: AskedRepertoire;
  readonly serviceIds: readonly string[];
  readonly uses: readonly string[];
  readonly models: readonly string[];
  readonly territories: TerritorySet;
  readonly from: string | null;
  readonly until: string | null;
  readonly message: string | null;
}

const head = `id, label_id AS "labelId", platform_id AS "platformId", state, reason, sent_at AS "sentAt", closed_at AS "closedAt",
  (SELECT n.id FROM negotiations n WHERE n.request_id = licence_requests.id) AS "negotiationId"`;
const columns = `${head}, repertoire, service_ids AS "serviceIds", uses, models, territories, term_from AS "from",
  term_until AS "until", message`;

/** Refuses with not-found. */
export async function getLicenceRequest(tx: Tx, id: string): Promise<LicenceRequest> {
  return found(await tx.first<LicenceRequest>(`SELECT ${columns} FROM licence_requests WHERE id = $1`, [id]));
}

/** As getLicenceRequest, and nobody else moves it until the transaction ends. */
export async function getLicenceRequestForUpdate(tx: Tx, id: string): Promise<LicenceRequest> {
  const sql = `SELECT ${columns} FROM licence_requests WHERE id = $1 FOR NO KEY UPDATE`;
  return found(await tx.first<LicenceRequest>(sql, [id]));
}

/** Requests that the organization sent or got, oldest first, after the given keys. */
export const listLicenceRequests = (
  tx: Tx,
  state: RequestState | undefined,
  limit: number,
  after: readonly string[] | undefined,
): Promise<LicenceRequestHead[]> =>
  tx.rows<LicenceRequestHead>(
    `SELECT ${head} FROM licence_requests
      WHERE ($2::text IS NULL OR state = $2) AND ($3::timestamptz IS NULL OR (sent_at, id) > ($3, $4::uuid))
      ORDER BY sent_at, id LIMIT $1`,
    [limit, state ?? null, after?.[0] ?? null, after?.[1] ?? null],
  );

export type NewLicenceRequest = Omit<LicenceRequest, 'id' | 'state' | 'reason' | 'negotiationId' | 'closedAt'>;

export const insertLicenceRequest = (tx: Tx, request: NewLicenceRequest): Promise<LicenceRequest> =>
  tx.one<LicenceRequest>(
    `INSERT INTO licence_requests
       (label_id, platform_id, state, repertoire, service_ids, uses, models, territories, term_from, term_until, message, sent_at)
     VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${columns}`,
    [
      request.labelId,
      request.platformId,
      JSON.stringify(request.repertoire),
      request.serviceIds,
      request.uses,
      request.models,
      JSON.stringify(request.territories),
      request.from,
      request.until,
      request.message,
      request.sentAt,
    ],
  );

export interface RequestEnding {
  readonly state: Exclude<RequestState, 'open'>;
  readonly reason?: string | undefined;
  readonly at: Date;
}

export const endLicenceRequest = (tx: Tx, id: string, { state, reason, at }: RequestEnding): Promise<LicenceRequest> =>
  tx.one<LicenceRequest>(
    `UPDATE licence_requests SET state = $2, reason = $3, closed_at = $4 WHERE id = $1 RETURNING ${columns}`,
    [id, state, reason ?? null, at],
  );

function found(request: LicenceRequest | undefined): LicenceRequest {
  if (request === undefined) throw new DomainError('not-found');
  return request;
}
