export { odrlOf, type OdrlAgreement } from './odrl';
