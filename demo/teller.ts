import type { ApiClient } from '../src/sample/api-client';
import { type SampleParties, signIn } from '../src/sample/parties';
import type { StoryFigures } from './figures';
import type { DemoServer } from './server';

export type Say = (line: string) => void;

/** What the chapters share. */
export interface Teller {
  readonly server: DemoServer;
  readonly say: Say;
  /** The folder in which the contract and its evidence are kept, where one is named. */
  readonly out: string | undefined;
  readonly parties: SampleParties;
  /** By API key: keys outlive the months that pass here, access tokens do not. */
  readonly label: ApiClient;
  readonly platform: ApiClient;
  readonly figures: StoryFigures;
}

interface Operation {
  readonly state: string;
  readonly problem: { readonly code: string } | null;
}

const openings = new WeakMap<Say, number>();

/** Opens the next chapter of a telling. */
export function chapter(say: Say, title: string): void {
  const number = (openings.get(say) ?? 0) + 1;
  openings.set(say, number);
  say(`${number === 1 ? '' : '\n'}${number}. ${title}`);
}

/** Follows an operation to its end. */
export async function finished(client: ApiClient, operationId: string): Promise<void> {
  for (;;) {
    const { state, problem } = await client.get<Operation>(`/v1/operations/${operationId}`);
    if (state === 'done') return;
    if (state === 'failed') throw new Error(`operation ${operationId} failed: ${JSON.stringify(problem)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export const moveTo = (server: DemoServer, at: string): void => server.clock.moveTo(new Date(at));

/** Somebody who may approve what another member asked for. */
export const second = (teller: Teller): Promise<ApiClient> => signIn(teller.server.url, teller.parties.label.second);
