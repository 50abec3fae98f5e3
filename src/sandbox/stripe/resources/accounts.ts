import type Stripe from 'stripe';
import { invalidParameter, noSuch, StripeRefusal } from '../refusal';
import { page, pagingParameters } from '../lists';
import { platform } from '../store';
import { type Call, type Route, unixSeconds } from '../world';

/** Connected accounts. The double skips onboarding: what was asked for is active at once. */
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
  return world.store.insert('accounts', platform, {
    id: world.store.newId('acct'),
    object: 'account',
    business_profile: businessProfile(parameters.branch('business_profile').text('name') ?? null),
    business_type: null,
    capabilities: asked ? { transfers: 'active' } : {},
    charges_enabled: false,
    controller: { type: 'application', is_controller: true },
    country,
    created: unixSeconds(world.now()),
    default_currency: parameters.text('default_currency') ?? 'usd',
    details_submitted: asked,
    email: parameters.text('email') ?? null,
    metadata: parameters.texts('metadata'),
    payouts_enabled: asked,
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
