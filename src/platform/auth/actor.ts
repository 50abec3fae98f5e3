export type OrganizationKind = 'label' | 'platform' | 'operator';

/** What members and keys may do. Stored with them; routes name the ones they need. */
export const roles = [
  'admin',
  'catalogue',
  'licensing',
  'signatory',
  'usage',
  'finance',
  'enforcement',
  'reader',
] as const;
export type Role = (typeof roles)[number];

/** Who is asking: always one organization, through one member or one API key. */
export interface Actor {
  readonly organizationId: string;
  readonly organizationKind: OrganizationKind;
  readonly verified: boolean;
  readonly roles: readonly Role[];
  readonly by:
    | { readonly kind: 'member'; readonly id: string; readonly sessionId: string }
    | { readonly kind: 'api-key'; readonly id: string };
}

/** Whether the actor has any one of these roles; no roles: everybody. `admin` holds all but `signatory`. */
export const holdsOneOf = (actor: Actor, wanted: readonly Role[]): boolean =>
  wanted.length === 0 ||
  wanted.some((role) => actor.roles.includes(role) || (role !== 'signatory' && actor.roles.includes('admin')));

/** "member:<id>" or "api-key:<id>": who did it, in facts that are kept. */
export const actorName = (actor: Actor): string => `${actor.by.kind}:${actor.by.id}`;
