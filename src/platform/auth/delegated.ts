import type { Role } from './actor';

/** What a label may let a distributor do in its name. Never among them: administration, signatures, money. */
export const delegableRoles = ['catalogue', 'licensing', 'enforcement'] as const satisfies readonly Role[];
export type DelegableRole = (typeof delegableRoles)[number];

/**
 * The addresses that a distributor reaches in a label's name, by what it may do there: the address itself, or with "/*" also all
 * below it. What a route asks for by itself holds as well. A route that stands nowhere here is closed to distributors, for reading too:
 * an agreement's terms are licensing, its ledger is not.
 */
const reach: Readonly<Record<DelegableRole, readonly string[]>> = {
  catalogue: [
    '/v1/catalogue/*',
    '/v1/catalogue-imports/*',
    '/v1/catalogue-import-template',
    '/v1/catalogue-mappings/*',
    '/v1/catalogue-mapping-proposals',
    '/v1/duplicates',
    '/v1/duplicate-decisions',
    '/v1/recording-tellings',
    '/v1/telling-decisions',
    '/v1/operations/:id/cancel',
    '/v1/recordings/*',
    '/v1/releases/*',
    '/v1/rights-statements',
    '/v1/packages/*',
    '/v1/saved-queries/*',
  ],
  licensing: [
    '/v1/recordings/*',
    '/v1/rights-statements',
    '/v1/packages/*',
    '/v1/saved-queries/*',
    '/v1/listings/*',
    '/v1/licence-requests/*',
    '/v1/negotiations/*',
    '/v1/drafts/*',
    '/v1/simulations/*',
    '/v1/agreements',
    '/v1/agreements/:id',
    '/v1/agreements/:id/terms',
    '/v1/agreements/:id/tracks',
    '/v1/agreements/:id/prose',
  ],
  enforcement: ['/v1/recordings/*', '/v1/claims/*'],
};

/** What everybody may ask who may do anything at all. */
const common = ['/v1/me', '/v1/organizations', '/v1/organizations/:id', '/v1/services'];

/** What binds the label, or is for itself alone: it does that itself, whatever it delegates. */
const ownHandOnly = [
  'POST /v1/agreements',
  'POST /v1/negotiations/:id/acceptance',
  'GET /v1/negotiations/:id/notes',
  'POST /v1/negotiations/:id/notes',
];

/** Whether somebody who acts for a label in these roles reaches the route ("/v1/claims/:id"). */
export function reachesAsDelegate(roles: readonly Role[], method: string, route: string): boolean {
  const held = delegableRoles.filter((role) => roles.includes(role));
  if (held.length === 0 || ownHandOnly.includes(`${method} ${route}`)) return false;
  if (held.some((role) => reach[role].some((address) => covers(address, route)))) return true;
  return method === 'GET' && common.includes(route);
}

function covers(address: string, route: string): boolean {
  if (!address.endsWith('/*')) return address === route;
  const root = address.slice(0, -2);
  return route === root || route.startsWith(`${root}/`);
}
