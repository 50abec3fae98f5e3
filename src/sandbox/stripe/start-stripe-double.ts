import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assemble, type StripeDoubleOptions } from './assemble';
import type { StripeControl } from './control';
import type { StripeFaults } from './faults';
import { serve } from './serve';

export interface StripeDouble {
  readonly port: number;
  readonly url: string;
  readonly control: StripeControl;
  readonly faults: StripeFaults;
  setWebhookUrl(url: string): void;
  /** Closes all connections and ends deliveries; state is in the file, if any. */
  close(): Promise<void>;
}

/** Starts a stateful double of Stripe's API on loopback. See the README beside `src/sandbox` for what it covers. */
export async function startStripeDouble(options: StripeDoubleOptions): Promise<StripeDouble> {
  const parts = assemble(options);
  const { webhooks, control, faults, file } = parts;
  if (options.webhookUrl !== undefined) webhooks.setUrl(options.webhookUrl);
  const server = createServer((request, response) => void serve(parts, request, response));
  const port = await listen(server, options);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    control,
    faults,
    setWebhookUrl: (url) => {
      webhooks.setUrl(url);
      file.touch();
    },
    close: async () => {
      await webhooks.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await file.saved();
    },
  };
}

function listen(server: Server, { port = 0, host = '127.0.0.1' }: StripeDoubleOptions): Promise<number> {
  if (host !== '127.0.0.1') return Promise.reject(new Error('The Stripe double listens on 127.0.0.1 only'));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
