import type Stripe from 'stripe';
import { invalidParameter, noSuch, StripeRefusal } from '../refusal';
import { page, pagingParameters } from '../lists';
import { platform } from '../store';
import { announce, type Call, type Route, unixSeconds, type World } from '../world';

/** Connected accounts. Unless the double was told to onboard them, what was asked for is active at once. */
export const accountRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/accounts',
    parameters: [
      'type',
      'controller',
      'country',
      'email',
      'default_currency',
      'business_type',
      'business_profile',
      'capabilities',
      'company',
      'individual',
      'settings',
      'metadata',
    ],
    run: createAccount,
  },
  {
    method: 'GET',
    path: '/v1/accounts',
    parameters: [...pagingParameters],
    run: (call) => page(call.world.store.list('accounts', platform), call.parameters, call.path),
  },
  { method: 'GET', path: '/v1/accounts/:id', parameters: ['expand'], run: retrieveAccount },
  {
    method: 'POST',
    path: '/v1/account_links',
    parameters: ['account', 'refresh_url', 'return_url', 'type'],
    run: createLink,
  },
];

function createAccount(call: Call): Stripe.Account {
  const { parameters, world } = call;
  if (call.owner !== platform)
    throw new StripeRefusal(403, { type: 'invalid_request_error', message: 'Only a platform can create accounts.' });
  const country = parameters.text('country') ?? 'US';
  if (!/^[A-Z]{2}$/.test(country))
    throw invalidParameter('country_unsupported', `${country} is not a country`, 'country');
  if (parameters.has('type') && parameters.has('controller')) {
    throw invalidParameter('parameter_invalid', 'Give either type or controller.', 'controller');
  }
  const asked = parameters.branch('capabilities').branch('transfers').flag('requested') ?? false;
  const isAble = asked && !world.onboarding;
  return world.store.insert('accounts', platform, {
    id: world.store.newId('acct'),
    object: 'account',
    business_profile: businessProfile(parameters.branch('business_profile').text('name') ?? null),
    business_type: null,
    capabilities: asked ? { transfers: isAble ? 'active' : 'inactive' } : {},
    charges_enabled: false,
    controller: { type: 'application', is_controller: true },
    country,
    created: unixSeconds(world.now()),
    default_currency: parameters.text('default_currency') ?? 'usd',
    details_submitted: isAble,
    email: parameters.text('email') ?? null,
    metadata: parameters.texts('metadata'),
    payouts_enabled: isAble,
    requirements: requirementsOf(isAble),
    type: typeOf(parameters.text('type')),
  });
}

function typeOf(text: string | undefined): Stripe.Account.Type {
  if (text === undefined) return 'none';
  if (text === 'express' || text === 'custom' || text === 'standard') return text;
  throw invalidParameter('parameter_invalid', `Invalid type: ${text}`, 'type');
}

function businessProfile(name: string | null): Stripe.Account.BusinessProfile {
  return {
    annual_revenue: null,
    estimated_worker_count: null,
    mcc: null,
    minority_owned_business_designation: null,
    name,
    product_description: null,
    specified_commercial_transactions_act_url: null,
    support_address: null,
    support_email: null,
    support_phone: null,
    support_url: null,
    url: null,
  };
}

function retrieveAccount(call: Call): Stripe.Account {
  const id = call.ids[0] ?? '';
  const account = call.world.store.find('accounts', platform, id);
  if (!account || (call.owner !== platform && call.owner !== id)) throw noSuch('account', id, 'account');
  return account;
}

const minutes = 60;

/** Where the account's owner gives what is missing. Nobody opens it: `onboardAccount` is what comes of it. */
function createLink(call: Call): Stripe.AccountLink {
  const { parameters, world } = call;
  const id = parameters.requiredText('account');
  if (call.owner !== platform || !world.store.find('accounts', platform, id)) throw noSuch('account', id, 'account');
  const type = parameters.requiredText('type');
  if (type !== 'account_onboarding') throw invalidParameter('parameter_invalid', `Invalid type: ${type}`, 'type');
  for (const name of ['refresh_url', 'return_url']) {
    if (!URL.canParse(parameters.requiredText(name))) throw invalidParameter('url_invalid', 'Not a valid URL', name);
  }
  const created = unixSeconds(world.now());
  const url = `https://connect.stripe.com/setup/s/${id}/${world.store.newId('link')}`;
  return { object: 'account_link', created, expires_at: created + 5 * minutes, url };
}

/** The account may receive transfers from now on, or no more. */
export function setTransfers(world: World, account: Stripe.Account, isAble: boolean): void {
  account.capabilities = { ...account.capabilities, transfers: isAble ? 'active' : 'inactive' };
  account.payouts_enabled = isAble;
  account.details_submitted ||= isAble;
  account.requirements = requirementsOf(isAble);
  announce(world, account.id, 'account.updated', account);
}

function requirementsOf(isAble: boolean): Stripe.Account.Requirements {
  const due = isAble ? [] : ['external_account', 'tos_acceptance.date'];
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: due,
    disabled_reason: isAble ? null : 'requirements.past_due',
    errors: [],
    eventually_due: due,
    past_due: due,
    pending_verification: [],
  };
}
