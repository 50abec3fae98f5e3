export {
  type CompiledContext,
  type CompiledGrants,
  compileGrants,
  decideUse,
  type UseContext,
  type UseDecision,
  type UseQuestion,
} from './decide';
export * from './decide-at';
export * from './grants';
export * from './ladder';
