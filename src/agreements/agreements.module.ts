import { Module, type OnModuleInit } from '@nestjs/common';
import { CatalogueModule, LicensedRecordings } from '../catalogue';
import { AgreementsController } from './agreements.controller';
import { AmendmentsController } from './amendments.controller';
import { BeforeSigning } from './before-signing';
import { ConcludeAgreement } from './conclude-agreement';
import { DocumentsController } from './documents.controller';
import { EndAgreement } from './end-agreement';
import { EvidenceController } from './evidence.controller';
import { ExportAgreements } from './export-agreements';
import { ExportsController } from './exports.controller';
import { GiveUpAgreement } from './give-up-agreement';
import { grantedAmong } from './grants.repository';
import { HandleBreach } from './handle-breach';
import { ImportAgreement } from './import-agreement';
import { KeepAgreement } from './keep-agreement';
import { LifeController } from './life.controller';
import { MakeDocuments } from './make-documents';
import { MeetConditions } from './meet-conditions';
import { OnAmended } from './on-amended';
import { OnConcluded } from './on-concluded';
import { OnDuePaid } from './on-due-paid';
import { OnInForce } from './on-in-force';
import { OriginalsController } from './originals.controller';
import { ProposeAmendment } from './propose-amendment';
import { SchemasController } from './schemas.controller';
import { SignAgreement } from './sign-agreement';
import { WithdrawRecordings } from './withdraw-recordings';
import { WithdrawalsController } from './withdrawals.controller';

@Module({
  imports: [CatalogueModule],
  controllers: [
    AgreementsController,
    AmendmentsController,
    DocumentsController,
    EvidenceController,
    ExportsController,
    LifeController,
    OriginalsController,
    SchemasController,
    WithdrawalsController,
  ],
  providers: [
    ...[BeforeSigning, OnConcluded, OnAmended, OnDuePaid, OnInForce],
    ...[
      ConcludeAgreement,
      ImportAgreement,
      ExportAgreements,
      SignAgreement,
      GiveUpAgreement,
      WithdrawRecordings,
      ProposeAmendment,
      EndAgreement,
      HandleBreach,
      KeepAgreement,
      MakeDocuments,
      MeetConditions,
    ],
  ],
  exports: [BeforeSigning, OnConcluded, OnAmended, OnDuePaid, OnInForce],
})
export class AgreementsModule implements OnModuleInit {
  constructor(private readonly licensed: LicensedRecordings) {}

  onModuleInit(): void {
    this.licensed.register(grantedAmong);
  }
}
