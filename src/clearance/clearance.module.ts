import { type DynamicModule, Module } from '@nestjs/common';
import { Database } from '../platform/database/database';
import { ClearUses } from './clear-uses';
import { ClearanceController } from './clearance.controller';
import { FastLane } from './fast-lane';
import { Licences, type LicencesSettings } from './licences';
import { RememberedActors } from './remembered-actors';
import { ExplanationsController } from './explanations/explanations.controller';
import { OwnIdsController } from './own-ids/own-ids.controller';
import { Receipts } from './receipts/receipts';
import { Sightings } from './sightings/sightings';
import { SightingsController } from './sightings/sightings.controller';
import { MakeSnapshot } from './snapshots/make-snapshot';
import { WhereOffered } from './where-offered';
import { SnapshotsController } from './snapshots/snapshots.controller';

@Module({})
export class ClearanceModule {
  static with(settings: LicencesSettings): DynamicModule {
    return {
      module: ClearanceModule,
      // Offers tell it where recordings are offered.
      global: true,
      controllers: [
        ClearanceController,
        ExplanationsController,
        OwnIdsController,
        SightingsController,
        SnapshotsController,
      ],
      providers: [
        ClearUses,
        FastLane,
        MakeSnapshot,
        Receipts,
        Sightings,
        WhereOffered,
        RememberedActors,
        { provide: Licences, useFactory: (database: Database) => new Licences(database, settings), inject: [Database] },
      ],
      exports: [WhereOffered],
    };
  }
}
