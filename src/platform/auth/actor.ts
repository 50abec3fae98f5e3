export type OrganizationKind = 'label' | 'platform' | 'operator';
/** Auditors are no organization: they look at one agreement for a label, and reach what routes open to them by name. */
export type ActorKind = OrganizationKind | 'auditor';

/** What an auditor may look at: one agreement, of months from a day on until another one. */
export interface Audited {
  readonly agreementId: string;
  readonly from: string;
  readonly until: string;
}

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
  readonly organizationKind: ActorKind;
  readonly verified: boolean;
  readonly roles: readonly Role[];
  readonly by:
    | { readonly kind: 'member'; readonly id: string; readonly sessionId: string }
    | { readonly kind: 'api-key' | 'auditor'; readonly id: string };
  /** The organization of that member or key, where it acts in another one's name. */
  readonly through?: string;
  /** Of an auditor, and of nobody else. */
  readonly audited?: Audited;
}

/** Of an actor of an organization: no route that asks is open to auditors. */
export function organizationKindOf({ organizationKind }: Pick<Actor, 'organizationKind'>): OrganizationKind {
  if (organizationKind === 'auditor') throw new Error('an auditor is no organization');
  return organizationKind;
}

/** Whether the actor has any one of these roles; no roles: everybody. `admin` holds all but `signatory`. */
export const holdsOneOf = (actor: Actor, wanted: readonly Role[]): boolean =>
  wanted.length === 0 ||
  wanted.some((role) => actor.roles.includes(role) || (role !== 'signatory' && actor.roles.includes('admin')));

/** "member:<id>" or "api-key:<id>", of a distributor "member:<id> of <its id> on behalf of <the label's>": who did it, in facts that are kept. */
export function actorName({ by, through, organizationId }: Actor): string {
  const name = `${by.kind}:${by.id}`;
  return through === undefined ? name : `${name} of ${through} on behalf of ${organizationId}`;
}
