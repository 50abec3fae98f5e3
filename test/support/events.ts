import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../src/sample/api-client';

interface EventsPage {
  readonly rows: readonly { readonly topic: string; readonly subjectId: string }[];
  readonly next: string;
}

/**
 * The topics told about one subject, once there are `count` of them. News waits for every older transaction of the whole server to end,
 * those of other tests' databases included: it is certain to come, not to be there at once.
 */
export async function topicsAbout(client: ApiClient, subjectId: string, count: number): Promise<string[]> {
  const topics: string[] = [];
  let cursor = '';
  for (let attempt = 1; topics.length < count && attempt <= 100; attempt += 1) {
    const page: EventsPage = await client.get(`/v1/events?limit=1000${cursor}`);
    topics.push(...page.rows.filter((event) => event.subjectId === subjectId).map(({ topic }) => topic));
    cursor = `&cursor=${page.next}`;
    if (page.rows.length === 0) await sleep(50);
  }
  return topics;
}
