export { ClearanceModule } from './clearance.module';
