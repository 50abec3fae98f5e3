import { createdWithin, page, pagingParameters } from '../lists';
import { type Call, existing, type Route } from '../world';

/** What happened, for 30 days at Stripe; here for as long as the double's state. */
export const eventRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/events', parameters: [...pagingParameters, 'type', 'types', 'created'], run: listEvents },
  { method: 'GET', path: '/v1/events/:id', parameters: ['expand'], run: (call) => existing(call, 'events', 'event') },
];

function listEvents(call: Call): object {
  const { parameters, world, owner } = call;
  const type = parameters.text('type');
  const types = type === undefined ? parameters.values('types') : [type];
  const rows = createdWithin(world.store.list('events', owner), parameters);
  return page(
    rows.filter((event) => types.length === 0 || types.includes(event.type)),
    parameters,
    call.path,
  );
}
