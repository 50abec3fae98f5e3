import { Module } from '@nestjs/common';
import { AgreementsController } from './agreements.controller';
import { ConcludeAgreement } from './conclude-agreement';
import { OnConcluded } from './on-concluded';
import { SchemasController } from './schemas.controller';
import { SignAgreement } from './sign-agreement';

@Module({
  controllers: [AgreementsController, SchemasController],
  providers: [OnConcluded, ConcludeAgreement, SignAgreement],
  exports: [OnConcluded],
})
export class AgreementsModule {}
