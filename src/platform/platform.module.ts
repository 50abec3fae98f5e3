import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { Approvals } from './approvals/approvals';
import { ApprovalsController } from './approvals/approvals.controller';
import { AccessGuard } from './auth/access.guard';
import { Clock } from './clock';
import { Database } from './database/database';
import { HealthController } from './health/health.controller';
import { ProblemFilter } from './http/problem.filter';
import { TransactionInterceptor } from './http/transaction.interceptor';
import { shapePipe } from './http/validation';
import { IdempotentWrites } from './idempotency/idempotent-writes';
import { Jobs } from './jobs/jobs';
import { Keyring } from './keyring/keyring';
import { Cancellations } from './operations/cancellations';
import { OperationsController } from './operations/operations.controller';
import { EventsController } from './outbox/events.controller';
import { Places } from './places/file-place';
import { Storage } from './storage/storage';
import { Uploads } from './uploads/uploads';
import { UploadsController } from './uploads/uploads.controller';

/** What a process brings to the technical floor. */
export interface PlatformParts {
  readonly clock: Clock;
  readonly database: Database;
  readonly storage: Storage;
  readonly keyring: Keyring;
  /** Where others put files down, if anywhere. */
  readonly places?: Places;
}

/** The technical floor, for every module. Guard, pipe, interceptor and filter are global: no route can forget one. */
@Global()
@Module({})
export class PlatformModule {
  static with({ clock, database, storage, keyring, places = new Places(undefined) }: PlatformParts): DynamicModule {
    const parts = [
      { provide: Clock, useValue: clock },
      { provide: Database, useValue: database },
      { provide: Storage, useValue: storage },
      { provide: Keyring, useValue: keyring },
      { provide: Places, useValue: places },
      Approvals,
      Cancellations,
      IdempotentWrites,
      Jobs,
      Uploads,
    ];
    return {
      module: PlatformModule,
      controllers: [HealthController, OperationsController, ApprovalsController, EventsController, UploadsController],
      providers: [
        ...parts,
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_INTERCEPTOR, useClass: TransactionInterceptor },
        { provide: APP_PIPE, useFactory: shapePipe },
      ],
      exports: [Clock, Database, Storage, Keyring, Places, Approvals, Cancellations, IdempotentWrites, Jobs, Uploads],
    };
  }
}
