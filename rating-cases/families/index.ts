import { currencyExponent, roundingAllocation } from './allocations';
import { auditClause } from './audits';
import { breakage } from './breakage';
import { claimSettlement } from './claims';
import { composite } from './composite';
import { crossCollateralisation } from './cross-collateral';
import { escalationByDate } from './dated-rates';
import { deductionStack } from './deduction-stack';
import { type Family } from './family';
import { formulas } from './formulas';
import { minimumGuarantee } from './guarantees';
import { inKindCredit } from './in-kind-credits';
import { minimumFeeCredit } from './minimum-fees';
import { advanceRecoupment } from './recoupment';
import { reserve } from './reserves';
import { restatement } from './restatements';
import { dynamicPrice, graduatedPercentage, percentageWithFreeUnits } from './sales';
import { split } from './splits';

/** The families that functions of the kernel do. Metering and payouts are the database's work: it has no pure function. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  'per-play': formulas,
  'per-subscriber': formulas,
  'revenue-share': formulas,
  'greater-of': formulas,
  'lesser-of': formulas,
  'tiered-graduated': formulas,
  'tiered-volume': formulas,
  package: formulas,
  proration: formulas,
  'escalation-by-units': formulas,
  'escalation-by-date': escalationByDate,
  'percentage-with-free-units': percentageWithFreeUnits,
  'graduated-percentage': graduatedPercentage,
  'dynamic-price': dynamicPrice,
  'deduction-stack': deductionStack,
  'rounding-allocation': roundingAllocation,
  'currency-exponent': currencyExponent,
  split,
  'minimum-guarantee': minimumGuarantee,
  'minimum-fee-credit': minimumFeeCredit,
  'advance-recoupment': advanceRecoupment,
  'cross-collateralisation': crossCollateralisation,
  'in-kind-credit': inKindCredit,
  breakage,
  reserve,
  restatement,
  'claim-settlement': claimSettlement,
  'audit-clause': auditClause,
  composite,
};
