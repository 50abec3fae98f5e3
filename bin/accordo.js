#!/usr/bin/env node
'use strict';
// The command line. A fresh checkout has no dist/ yet: build it first, so that `npx accordo` works right after `npm ci`.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const command = join(__dirname, '..', 'dist', 'src', 'cli.js');
if (!existsSync(command)) require('./build.js');
if (process.exitCode) process.exit(process.exitCode);
require(command);
