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

/** "member:<id>" or "api-key:<id>": who did it, in facts that are kept. */
export const actorName = (actor: Actor): string => `${actor.by.kind}:${actor.by.id}`;
