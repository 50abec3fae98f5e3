import { Module } from '@nestjs/common';
import { AgreementsController } from './agreements.controller';
import { ConcludeAgreement } from './conclude-agreement';
import { OnBackFeePaid } from './on-back-fee-paid';
import { OnConcluded } from './on-concluded';
import { SchemasController } from './schemas.controller';
import { SignAgreement } from './sign-agreement';

@Module({
  controllers: [AgreementsController, SchemasController],
  providers: [OnConcluded, OnBackFeePaid, ConcludeAgreement, SignAgreement],
  exports: [OnConcluded, OnBackFeePaid],
})
export class AgreementsModule {}
