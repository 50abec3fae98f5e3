import { isOutboundAddress } from './outbound-address';

export interface FileWanted {
  readonly address: string;
  /** What the answer may say it is: "text/csv". */
  readonly types: readonly string[];
  readonly bytesMax: number;
  /** For all of it, from the first look-up to the last byte. */
  readonly milliseconds: number;
}

/** Why a file was not fetched. `code` is stable; `message` says nothing that the other side wrote. */
export class NotFetched extends Error {
  constructor(
    readonly code:
      | 'address-not-allowed'
      | 'answer-redirects'
      | 'answer-status'
      | 'answer-type'
      | 'answer-encoded'
      | 'answer-too-large'
      | 'answer-too-late'
      | 'not-reached',
    message: string,
  ) {
    super(message);
    this.name = 'NotFetched';
  }
}

/**
 * Fetches a file from an address of the configuration: never inside a transaction, which would stand still for as long as the other side likes. Redirects are not
 * followed, for they would name an address that nobody configured; encoded answers are not unpacked, for they could be of any size. Throws NotFetched.
 */
export async function fetchFile({ address, types, bytesMax, milliseconds }: FileWanted): Promise<Buffer> {
  if (!isOutboundAddress(address)) throw new NotFetched('address-not-allowed', 'only https, or http on loopback');
  const signal = AbortSignal.timeout(milliseconds);
  try {
    const response = await fetch(address, {
      redirect: 'manual',
      signal,
      credentials: 'omit',
      headers: { accept: types.join(', '), 'accept-encoding': 'identity' },
    });
    try {
      refuseOther(response, types, bytesMax);
      return await collected(response, bytesMax);
    } finally {
      // What is left unread would hold the connection.
      await response.body?.cancel().catch(() => undefined);
    }
  } catch (error) {
    if (error instanceof NotFetched) throw error;
    if (signal.aborted) throw new NotFetched('answer-too-late', `no whole answer within ${milliseconds} milliseconds`);
    throw new NotFetched('not-reached', `the other side was not reached: ${causeOf(error)}`);
  }
}

function refuseOther({ status, headers }: Response, types: readonly string[], bytesMax: number): void {
  if (status >= 300 && status < 400) throw new NotFetched('answer-redirects', `the answer is a redirect (${status})`);
  if (status !== 200) throw new NotFetched('answer-status', `the answer has status ${status}`);
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (!types.includes(type.trim().toLowerCase())) {
    throw new NotFetched('answer-type', `the answer is none of ${types.join(', ')}`);
  }
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') throw new NotFetched('answer-encoded', 'the answer is encoded, which was not asked for');
  if (Number(headers.get('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax);
}

async function collected({ body }: Response, bytesMax: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const tooLarge = (bytesMax: number): NotFetched =>
  new NotFetched('answer-too-large', `the answer has more than ${bytesMax} bytes`);

/** A system's own code ("ECONNREFUSED"), and no text that came over the network. */
function causeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' && /^[A-Z0-9_]{1,60}$/.test(cause.code) ? cause.code : 'the connection failed';
}
