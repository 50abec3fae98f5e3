import { type DynamicModule, Module } from '@nestjs/common';
import { AgreementsModule } from './agreements';
import { CatalogueModule } from './catalogue';
import { ClearanceModule, type LicencesSettings } from './clearance';
import { EnforcementModule } from './enforcement';
import { OffersModule } from './offers';
import { PartiesModule } from './parties';
import { PlatformModule, type PlatformParts } from './platform/platform.module';
import { type PaymentRail, type RateFeedsConfig, SettlementModule } from './settlement';
import { UsageModule } from './usage';

export interface AppParts extends PlatformParts {
  /** Absent where the installation has no payment provider: invoices stay with us and payouts are refused. */
  readonly rail: PaymentRail | undefined;
  readonly licences: LicencesSettings;
  /** Where exchange rates are fetched; absent: nowhere. */
  readonly rateFeeds?: RateFeedsConfig | undefined;
}

/** The list of modules, nothing else. */
@Module({})
export class AppModule {
  static with(parts: AppParts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(parts),
        PartiesModule,
        CatalogueModule,
        AgreementsModule,
        ClearanceModule.with(parts.licences),
        OffersModule,
        UsageModule,
        SettlementModule.with(parts.rail, parts.rateFeeds),
        EnforcementModule,
      ],
    };
  }
}
