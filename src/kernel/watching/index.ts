export { concentrationsOf, type Concentration } from './concentration';
export {
  burstOf,
  DAYS_BEFORE,
  shortPlaysOf,
  type AlertFigures,
  type DaysBefore,
  type PlayedDay,
  type Raised,
} from './days';
export { reachedIn, type Reached } from './reached';
export * from './thresholds';
