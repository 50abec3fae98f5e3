import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Tx } from '../database/tx';
import type { Actor, ActorKind, Role } from './actor';

export const allowance = 'accordo:allow';

/** Who may use a route. Routes without one are refused to everybody: the guard denies by default. */
export type Allowance =
  | { readonly public: true }
  | {
      readonly public: false;
      readonly kinds: readonly ActorKind[];
      readonly roles: readonly Role[];
      /** Only a person may do this: keys are refused. */
      readonly memberOnly: boolean;
      /** Only a verified organization may do this. */
      readonly verified: boolean;
    };

interface AllowOptions {
  /** Absent: every organization, and no auditor. */
  readonly kinds?: readonly ActorKind[];
  /** Any one of these suffices; absent: every signed-in member or key. `admin` holds all but `signatory`. */
  readonly roles?: readonly Role[];
  readonly memberOnly?: boolean;
  readonly verified?: boolean;
}

export const Allow = ({
  kinds = ['label', 'platform', 'operator'],
  roles = [],
  memberOnly = false,
  verified = false,
}: AllowOptions = {}): MethodDecorator =>
  SetMetadata(allowance, { public: false, kinds, roles, memberOnly, verified } satisfies Allowance);

/** Open to everyone on the network: sign-in, registration, provider webhooks, health. */
export const Public = (): MethodDecorator => SetMetadata(allowance, { public: true } satisfies Allowance);

export interface AccordoRequest {
  readonly id: string;
  readonly ip: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly rawBody?: Buffer;
  readonly routeOptions: { readonly url?: string };
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  actor?: Actor;
  tx?: Tx;
}

const requestOf = (context: ExecutionContext): AccordoRequest => context.switchToHttp().getRequest<AccordoRequest>();

/** The signed-in actor. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = requestOf(context);
  if (actor === undefined) throw new Error('this route has no actor');
  return actor;
});

/** The request's transaction, opened for the actor's organization; it commits when the handler returns. */
export const InTx = createParamDecorator((_: unknown, context: ExecutionContext): Tx => {
  const { tx } = requestOf(context);
  if (tx === undefined) throw new Error('this route opens its own transactions');
  return tx;
});
