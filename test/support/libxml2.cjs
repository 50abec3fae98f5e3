'use strict';
// libxml2-wasm waits for its WebAssembly at the top level, so only `import()` loads it, which compilers of ours would turn into `require`.
exports.load = () => import('libxml2-wasm');
