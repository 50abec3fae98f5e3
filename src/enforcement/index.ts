export { EnforcementModule } from './enforcement.module';
