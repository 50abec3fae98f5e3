import { Module } from '@nestjs/common';
import { ImportCatalogue } from './import-catalogue';
import { ImportsController } from './imports.controller';
import { OnShareChanged } from './on-share-changed';
import { PackagesController } from './packages.controller';
import { PublishPackage } from './publish-package';
import { RecordingsController } from './recordings.controller';
import { RightsController } from './rights.controller';
import { StateRights } from './state-rights';

@Module({
  controllers: [ImportsController, RecordingsController, RightsController, PackagesController],
  providers: [ImportCatalogue, StateRights, PublishPackage, OnShareChanged],
  exports: [OnShareChanged],
})
export class CatalogueModule {}
