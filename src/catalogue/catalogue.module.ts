import { Module, type OnModuleInit } from '@nestjs/common';
import { Jobs } from '../platform/jobs/jobs';
import { Cancellations } from '../platform/operations/cancellations';
import { CatalogueChangesController } from './changes.controller';
import { CatalogueImportsController, ImportTemplateController } from './imports/catalogue-imports.controller';
import { ImportAtOnce } from './imports/import-at-once';
import { ImportsAtOnceController } from './imports/imports-at-once.controller';
import { importJob, ReceiveImport } from './imports/receive-import';
import { RunImport } from './imports/run-import';
import { CatalogueMappingsController } from './mappings.controller';
import { OnShareChanged } from './on-share-changed';
import { PackagesController } from './packages.controller';
import { PublishPackage } from './publish-package';
import { RecordingsController } from './recordings.controller';
import { ReleasesController } from './releases.controller';
import { RightsController } from './rights.controller';
import { CatalogueSettingsController } from './settings.controller';
import { OfferedPackages } from './search/offered-packages';
import { SearchController } from './search/search.controller';
import { StateRights } from './state-rights';

@Module({
  controllers: [
    CatalogueImportsController,
    ImportTemplateController,
    ImportsAtOnceController,
    CatalogueMappingsController,
    CatalogueChangesController,
    CatalogueSettingsController,
    SearchController,
    RecordingsController,
    ReleasesController,
    RightsController,
    PackagesController,
  ],
  providers: [ImportAtOnce, ReceiveImport, RunImport, StateRights, PublishPackage, OnShareChanged, OfferedPackages],
  exports: [OnShareChanged, OfferedPackages],
})
export class CatalogueModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly cancellations: Cancellations,
    private readonly runImport: RunImport,
  ) {}

  onModuleInit(): void {
    this.jobs.register(importJob, (payload) => this.runImport.execute(payload));
    this.cancellations.register(importJob, 'catalogue', (tx, actor, { subject_id: id }) =>
      this.runImport.cancel(tx, actor, id ?? ''),
    );
  }
}
