import { Agent, request } from 'node:http';
import { runAsChild, tell, told } from '../support/child';
import { millisecondsOf } from '../support/figures';
import { cloudEvent, type EventPlan, plannedEvent } from './plan';
import type { ServedEvents } from './serve-events';

export interface SendOrder extends ServedEvents {
  readonly plan: EventPlan;
  readonly events: number;
  /** Events a request; 0: all in one stream for each connection. */
  readonly batch: number;
  readonly connections: number;
}

export interface Sent {
  readonly milliseconds: number;
  /** Of each request, in the order of their ends. */
  readonly latencies: readonly number[];
  readonly accepted: number;
}

/** The load: bodies are made before the clock runs. A process of its own, on the same cores as the rest. */
runAsChild<SendOrder>(async (order) => {
  const bodies = bodiesOf(order);
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  tell('ready');
  await told();
  const latencies: number[] = [];
  let accepted = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const sent = body;
      let taken = 0;
      latencies.push(await millisecondsOf(async () => (taken = await post(order, agent, sent))));
      accepted += taken;
    }
  };
  const milliseconds = await millisecondsOf(() => Promise.all(Array.from({ length: order.connections }, work)));
  agent.destroy();
  tell({ milliseconds, latencies, accepted } satisfies Sent);
});

function bodiesOf({ plan, events, batch, connections }: SendOrder): Buffer[] {
  const each = batch === 0 ? Math.ceil(events / connections) : batch;
  const bodies: Buffer[] = [];
  for (let from = 0; from < events; from += each) {
    const own = Array.from({ length: Math.min(each, events - from) }, (_, at) =>
      JSON.stringify(cloudEvent(plannedEvent(plan, from + at))),
    );
    bodies.push(Buffer.from(batch === 0 ? `${own.join('\n')}\n` : `[${own.join(',')}]`));
  }
  return bodies;
}

/** How many were accepted. */
function post({ url, key, batch }: SendOrder, agent: Agent, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const type = batch === 0 ? 'application/x-ndjson' : 'application/cloudevents-batch+json';
    const headers = { authorization: `Bearer ${key}`, 'content-type': type, 'content-length': body.length };
    const sent = request(`${url}/v1/usage-events`, { method: 'POST', agent, headers }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      reply.on('error', reject).on('end', () => {
        if (reply.statusCode !== 200) reject(new Error(`${reply.statusCode}: ${text.slice(0, 500)}`));
        else resolve(text.split('"outcome":"accepted"').length - 1);
      });
    });
    sent.on('error', reject).end(body);
  });
}
