export * from './bundle';
export { writeArchive } from './archive';
export { type PublishedKey } from './strict-jws';
export { type Verification, verifyBundle, verifyPdf } from './verify-bundle';
export { type CheckedSignature } from './verify-version';
