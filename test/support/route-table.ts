import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { type Allowance, allowance } from '../../src/platform/auth/allow';

/** One handler of the running application, as its decorators describe it. */
export interface Route {
  /** "ClaimsController.create": for messages. */
  readonly handler: string;
  readonly method: string;
  /** With named parameters: "/v1/claims/:id". */
  readonly path: string;
  readonly allowance: Allowance | undefined;
  /** A POST that only asks, or whose content is its own key. */
  readonly keyless: boolean;
  /** The declared types of parameters that carry what a client wrote: its body and its query. */
  readonly bodies: readonly DeclaredType[];
  readonly queries: readonly DeclaredType[];
}

type DeclaredType = new (...parameters: never[]) => object;

/** The places of @Body() and @Query() in Nest's numbering of parameter decorators. */
const bodyParameter = '3';
const queryParameter = '4';

/** All routes of the application, by what was registered: none can be left out by forgetting to list it. */
export function routesOf(app: NestFastifyApplication): Route[] {
  const controllers = new DiscoveryService(app.get(ModulesContainer)).getControllers();
  return controllers.flatMap(({ metatype }) => (typeof metatype === 'function' ? handlersOf(metatype) : []));
}

type Controller = { readonly name: string; readonly prototype: Record<string, object> };

function handlersOf(metatype: object): Route[] {
  const controller = metatype as Controller;
  const base = String(Reflect.getMetadata(PATH_METADATA, controller));
  return Object.getOwnPropertyNames(controller.prototype)
    .filter((name) => name !== 'constructor' && Reflect.hasMetadata(METHOD_METADATA, controller.prototype[name]!))
    .map((name) => {
      const handler = controller.prototype[name]!;
      const path = String(Reflect.getMetadata(PATH_METADATA, handler));
      return {
        handler: `${controller.name}.${name}`,
        method: RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number]!,
        path: `/${[base, path]
          .flatMap((part) => part.split('/'))
          .filter(Boolean)
          .join('/')}`,
        allowance: Reflect.getMetadata(allowance, handler) as Allowance | undefined,
        keyless: ['accordo:reading', 'accordo:own-identity'].some(
          (name) => Reflect.getMetadata(name, handler) === true,
        ),
        bodies: typesOf(controller, name, bodyParameter),
        queries: typesOf(controller, name, queryParameter),
      };
    });
}

function typesOf(controller: Controller, name: string, kind: string): DeclaredType[] {
  const places = Object.keys((Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as object);
  const types = Reflect.getMetadata('design:paramtypes', controller.prototype, name) as DeclaredType[];
  return places.filter((place) => place.startsWith(`${kind}:`)).map((place) => types[Number(place.split(':')[1])]!);
}

export const isWrite = ({ method, keyless }: Route): boolean => method !== 'GET' && !keyless;

/** "POST /v1/claims": how tests name a route. */
export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

const samples: Readonly<Record<string, string>> = { number: '1', line: '1', isrc: 'ZZT012699999', currency: 'USD' };

/** The route's address with something plausible in place of each parameter. */
export const filled = (path: string, id: string): string =>
  path.replace(/:(\w+)/g, (_, name: string) => samples[name] ?? id);
