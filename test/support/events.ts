import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../src/sample/api-client';

export interface Told {
  readonly topic: string;
  readonly payload: object;
}

type Event = Told & { readonly subjectId: string };

interface EventsPage {
  readonly rows: readonly Event[];
  readonly next: string;
}

/**
 * What is told of what is wanted, once there are `count` such events. News waits for every older transaction of the whole server to end,
 * those of other tests' databases included: it is certain to come, not to be there at once.
 */
export async function eventsWhere(
  client: ApiClient,
  isWanted: (event: Event) => boolean,
  count: number,
): Promise<Event[]> {
  const told: Event[] = [];
  let cursor = '';
  for (let attempt = 1; told.length < count && attempt <= 100; attempt += 1) {
    const page: EventsPage = await client.get(`/v1/events?limit=1000${cursor}`);
    told.push(...page.rows.filter(isWanted));
    cursor = `&cursor=${page.next}`;
    if (page.rows.length === 0) await sleep(50);
  }
  return told;
}

/** What is told about one subject. */
export const eventsAbout = async (client: ApiClient, subjectId: string, count: number): Promise<Told[]> =>
  (await eventsWhere(client, (event) => event.subjectId === subjectId, count)).map(({ topic, payload }) => ({
    topic,
    payload,
  }));

export const topicsAbout = async (client: ApiClient, subjectId: string, count: number): Promise<string[]> =>
  (await eventsAbout(client, subjectId, count)).map(({ topic }) => topic);
