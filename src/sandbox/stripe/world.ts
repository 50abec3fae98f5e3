import type { Parameters } from './form';
import { noSuch } from './refusal';
import { platform, type Kind, type Resources, type Store, type StoredEvent } from './store';

export const apiVersion = '2026-10-28.endive';

/** What every resource works with: the stored objects, the time, and the way to say what happened. */
export interface World {
  readonly store: Store;
  readonly now: () => Date;
  /** Accounts are able only once their owners have given what is missing. */
  readonly onboarding: boolean;
  /** Stores the event, and delivers it where its type is subscribed to. */
  readonly announce: (event: StoredEvent) => void;
}

/** One authenticated request to the API. */
export interface Call {
  readonly world: World;
  /** Whose objects: our own account, or the one named by Stripe-Account. */
  readonly owner: string;
  readonly ids: readonly string[];
  readonly path: string;
  readonly parameters: Parameters;
  readonly request: { readonly id: string; readonly idempotencyKey: string | undefined };
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** `:id` stands for one path segment. */
  readonly path: string;
  readonly parameters: readonly string[];
  readonly run: (call: Call) => object;
}

export function unixSeconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

/** The owner's object that a path names; 404 where it is somebody else's or nobody's. */
export function existing<K extends Kind>(call: Call, kind: K, name: string, id = call.ids[0] ?? ''): Resources[K] {
  const found = call.world.store.find(kind, call.owner, id);
  if (!found) throw noSuch(name, id);
  return found;
}

/** Records that something happened to an object, with the object as it was at that moment. */
export function announce(world: World, owner: string, type: string, object: object, call?: Call): void {
  const event: StoredEvent = {
    id: world.store.newId('evt'),
    object: 'event',
    ...(owner === platform ? {} : { account: owner }),
    api_version: apiVersion,
    created: unixSeconds(world.now()),
    data: { object: structuredClone(object) },
    livemode: false,
    pending_webhooks: 0,
    request: { id: call?.request.id ?? null, idempotency_key: call?.request.idempotencyKey ?? null },
    type,
  };
  world.announce(world.store.insert('events', owner, event));
}
