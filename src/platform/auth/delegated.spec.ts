import { reachesAsDelegate } from './delegated';
import type { Role } from './actor';

describe('what a distributor reaches in a label’s name', () => {
  it.each<[readonly Role[], string, string, boolean]>([
    [['catalogue'], 'POST', '/v1/catalogue/imports', true],
    [['catalogue'], 'GET', '/v1/recordings/:isrc', true],
    [['catalogue'], 'GET', '/v1/negotiations', false],
    [['catalogue'], 'GET', '/v1/claims', false],
    [['licensing'], 'POST', '/v1/negotiations/:id/revisions', true],
    [['licensing'], 'GET', '/v1/agreements/:id/terms', true],
    [['licensing'], 'POST', '/v1/catalogue/imports', false],
    [['enforcement'], 'POST', '/v1/claims', true],
    [['enforcement'], 'GET', '/v1/listings', false],
    [['catalogue', 'enforcement'], 'GET', '/v1/claims/:id', true],
    [['enforcement'], 'GET', '/v1/me', true],
    [['enforcement'], 'POST', '/v1/services', false],
  ])('as %j: %s %s → %s', (roles, method, route, expected) => {
    expect(reachesAsDelegate(roles, method, route)).toBe(expected);
  });

  it.each([
    'POST /v1/negotiations/:id/acceptance',
    'POST /v1/agreements/:id/signatures',
    'GET /v1/agreements/:id/ledger',
    'GET /v1/agreements/:id/balances',
    'POST /v1/agreements/:id/closes',
    'GET /v1/statements',
    'GET /v1/invoices',
    'POST /v1/payouts',
    'GET /v1/events',
    'GET /v1/operations/:id',
    'GET /v1/approvals',
    'POST /v1/approvals/:id/decision',
    'GET /v1/members',
    'POST /v1/members',
    'POST /v1/api-keys',
    'GET /v1/organizations/:id/details',
    'GET /v1/delegations',
    'POST /v1/delegations',
    'POST /v1/sign-out',
    'GET /v1/claimsandmore',
  ])('is never %s', (route) => {
    const [method = '', address = ''] = route.split(' ');
    expect(reachesAsDelegate(['catalogue', 'licensing', 'enforcement'], method, address)).toBe(false);
  });

  it('is nothing for whoever holds none of the roles', () => {
    expect(reachesAsDelegate([], 'GET', '/v1/me')).toBe(false);
    expect(reachesAsDelegate(['admin', 'finance', 'reader'], 'GET', '/v1/claims')).toBe(false);
  });
});
