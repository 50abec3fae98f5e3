import { Module, type OnModuleInit } from '@nestjs/common';
import { Approvals } from '../platform/approvals/approvals';
import { Jobs } from '../platform/jobs/jobs';
import { Cancellations } from '../platform/operations/cancellations';
import { CatalogueChangesController } from './changes.controller';
import { CatalogueImportsController, ImportTemplateController } from './imports/catalogue-imports.controller';
import { ImportAtOnce } from './imports/import-at-once';
import { ImportsAtOnceController } from './imports/imports-at-once.controller';
import { readAheadJob } from './imports/parts-ahead';
import { ReadAhead } from './imports/read-ahead';
import { importJob, ReceiveImport } from './imports/receive-import';
import { RunImport } from './imports/run-import';
import { AnswerConflict } from './conflicts/answer-conflict';
import { clockJob, ConflictClock } from './conflicts/conflict-clock';
import { ConflictsController } from './conflicts/conflicts.controller';
import { decideAction } from './conflicts/conflicts.repository';
import { AskToDecide, DecideConflict } from './conflicts/decide-conflict';
import { ConflictEvidenceController } from './conflicts/evidence.controller';
import { HeldForConflicts } from './conflicts/held-for-conflicts';
import { LookAtAllClaims, lookAtAllJob } from './conflicts/look-at-all-claims';
import { LookForConflicts } from './conflicts/look-for-conflicts';
import { OnClaimsChanged } from './conflicts/on-claims-changed';
import { SettleConflict } from './conflicts/settle-conflict';
import { DecideDuplicate } from './duplicates/decide-duplicate';
import { DecideTelling } from './duplicates/decide-telling';
import { DuplicatesController } from './duplicates/duplicates.controller';
import { TellingsController } from './duplicates/tellings.controller';
import { LicensedRecordings } from './duplicates/licensed-recordings';
import { CatalogueMappingsController } from './mappings.controller';
import { OnShareChanged } from './on-share-changed';
import { KeepSavedQuery } from './packages/keep-saved-query';
import { PackagesController } from './packages/packages.controller';
import { PublishPackage } from './packages/publish-package';
import { SavedQueriesController } from './packages/saved-queries.controller';
import { RecordingsController } from './recordings.controller';
import { ReleasesController } from './releases.controller';
import { RightsController } from './rights.controller';
import { CatalogueSettingsController } from './settings.controller';
import { OfferedPackages } from './search/offered-packages';
import { SearchController } from './search/search.controller';
import { StateRights } from './state-rights';
import { WriteShares } from './write-shares';

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
    DuplicatesController,
    TellingsController,
    ReleasesController,
    RightsController,
    ConflictsController,
    ConflictEvidenceController,
    PackagesController,
    SavedQueriesController,
  ],
  providers: [
    ...[ImportAtOnce, ReceiveImport, RunImport, ReadAhead, PublishPackage, KeepSavedQuery, OfferedPackages],
    ...[StateRights, WriteShares, OnShareChanged, DecideDuplicate, DecideTelling, LicensedRecordings],
    ...[LookForConflicts, SettleConflict, AnswerConflict, AskToDecide, DecideConflict, ConflictClock],
    ...[LookAtAllClaims, OnClaimsChanged, HeldForConflicts],
  ],
  exports: [OnShareChanged, OnClaimsChanged, HeldForConflicts, OfferedPackages, LicensedRecordings],
})
export class CatalogueModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly cancellations: Cancellations,
    private readonly runImport: RunImport,
    private readonly readAhead: ReadAhead,
    private readonly approvals: Approvals,
    private readonly decideConflict: DecideConflict,
    private readonly conflictClock: ConflictClock,
    private readonly lookAtAllClaims: LookAtAllClaims,
  ) {}

  onModuleInit(): void {
    this.jobs.register(importJob, (payload) => this.runImport.execute(payload));
    this.jobs.register(readAheadJob, (payload, isStopping) => this.readAhead.execute(payload, isStopping));
    this.jobs.register(clockJob, () => this.conflictClock.execute());
    this.jobs.register(lookAtAllJob, () => this.lookAtAllClaims.execute());
    this.approvals.register(decideAction, this.decideConflict);
    this.cancellations.register(importJob, 'catalogue', (tx, actor, { subject_id: id }) =>
      this.runImport.cancel(tx, actor, id ?? ''),
    );
  }
}
