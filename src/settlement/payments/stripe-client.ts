import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Stripe from 'stripe';
import type { PaymentConfig } from '../../config';

/** The version our requests and types were written for; a later one is a deliberate change. */
export const stripeApiVersion = '2026-10-28.endive';

/** The official library, set so that one call of ours is at most one request. */
export function stripeClient(config: PaymentConfig, timeoutMs: number): Stripe {
  const { endpoint } = config;
  return new Stripe(config.stripeKey, {
    apiVersion: stripeApiVersion,
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: timeoutMs,
    httpClient: singleRequestClient(endpoint?.protocol ?? 'https'),
    ...(endpoint ? { protocol: endpoint.protocol, host: endpoint.host, port: endpoint.port } : {}),
  });
}

/**
 * The library repeats a request once on a closed connection even with retries off; the error without its code stops that.
 * A connection of its own for each request means that a closed one is never just an old one. `identity` keeps any decoder out of it.
 */
function singleRequestClient(protocol: 'http' | 'https'): ReturnType<typeof Stripe.createNodeHttpClient> {
  const agent = protocol === 'http' ? new HttpAgent({ keepAlive: false }) : new HttpsAgent({ keepAlive: false });
  const client = Stripe.createNodeHttpClient(agent);
  return {
    getClientName: () => client.getClientName(),
    makeRequest: async (host, port, path, method, headers, requestData, scheme, timeout) => {
      const plain = { ...headers, 'Accept-Encoding': 'identity' };
      try {
        return await client.makeRequest(host, port, path, method, plain, requestData, scheme, timeout);
      } catch (error) {
        if (isTimeout(error)) throw error;
        throw new Error(`connection failed: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
    },
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT';
}
