#!/usr/bin/env node
// Syntax that every Node understands, so that an old one gets as far as saying which version is needed.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error('sockscope: Node.js 20.19 or newer is needed (https://nodejs.org); this is %s', process.versions.node);
  process.exit(2);
}
require('../dist/cli/main.cjs');
