import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type Allowance, allowance } from '../auth/allow';
import { delegableRoles, reachesAsDelegate } from '../auth/delegated';
import { ownIdentity, reading } from './transaction.interceptor';

type Handlers = ReadonlyMap<string, object>;
type Operation = Required<Pick<NonNullable<OpenAPIObject['paths'][string]['get']>, 'responses'>> &
  NonNullable<OpenAPIObject['paths'][string]['get']>;

const problem = {
  type: 'object',
  description: 'problem details (RFC 9457)',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'stable: what a program decides by' },
    detail: { type: 'string' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'message'],
        properties: { pointer: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'the same key with the same request gives the same answer, once done',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
} as const;

const onBehalfOf = {
  name: 'Accordo-On-Behalf-Of',
  in: 'header',
  required: false,
  description: 'the id of the label for which a distributor asks, within what that label delegates to it',
  schema: { type: 'string' },
} as const;

/** How a controller's method is called in the description. */
export const operationIdOf = (controller: string, method: string): string =>
  `${controller.replace(/Controller$/, '')}_${method}`;

/** Adds what holds for all routes and stands in no decorator of theirs: who needs no credentials, keys of writes, the form of refusals. */
export function describeContract(app: NestFastifyApplication, document: OpenAPIObject): OpenAPIObject {
  const handlers = handlersOf(app);
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods) as [string, Operation][]) {
      const handler = handlers.get(operation.operationId ?? '');
      const declared = handler && (Reflect.getMetadata(allowance, handler) as Allowance | undefined);
      if (declared?.public) operation.security = [];
      else if (method !== 'get' && !(handler && needsNoKey(handler))) {
        operation.parameters = [...(operation.parameters ?? []), idempotencyKey];
      }
      if (delegable(declared, method, path)) operation.parameters = [...(operation.parameters ?? []), onBehalfOf];
      operation.responses.default = {
        description: 'refused',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      };
    }
  }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem as never },
  };
  return document;
}

const needsNoKey = (handler: object): boolean =>
  Boolean(Reflect.getMetadata(reading, handler) ?? Reflect.getMetadata(ownIdentity, handler));

const delegable = (declared: Allowance | undefined, method: string, path: string): boolean =>
  declared?.public === false &&
  declared.kinds.includes('label') &&
  reachesAsDelegate(delegableRoles, method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'));

function handlersOf(app: NestFastifyApplication): Handlers {
  const controllers = new DiscoveryService(app.get(ModulesContainer)).getControllers();
  return new Map(
    controllers.flatMap(({ metatype }) => {
      const { name, prototype } = metatype as unknown as { name: string; prototype: Record<string, object> };
      return Object.getOwnPropertyNames(prototype).map(
        (method) => [operationIdOf(name, method), prototype[method]!] as const,
      );
    }),
  );
}
