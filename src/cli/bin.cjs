#!/usr/bin/env node
'use strict';

// Every Node must be able to read this file: it is old syntax, and loads nothing before it knows the version.

var fs = require('fs');
var path = require('path');

var needed = 26;
var version = process.versions.node;
var own = path.join(__dirname, '..', '..');

/** What to give to `npm install` for the very package that runs here. */
function installSpec() {
  var modules = path.dirname(own);
  if (path.basename(modules) !== 'node_modules') return 'file:' + own;
  var resolved = '';
  try {
    var lock = JSON.parse(fs.readFileSync(path.join(modules, '.package-lock.json'), 'utf8'));
    resolved = lock.packages['node_modules/hassette'].resolved || '';
  } catch (_error) {
    // Another package manager, or none: then the registry is the best guess.
  }
  if (resolved.slice(0, 5) === 'file:') return 'file:' + path.resolve(path.dirname(modules), resolved.slice(5));
  if (/^git/.test(resolved)) return resolved;
  return '^' + require('../../package.json').version;
}

if (parseInt(version, 10) < needed) {
  var spec = installSpec();
  var bundled = fs.existsSync(path.join(path.dirname(own), 'node', 'bin', 'node'));
  process.stderr.write(
    'hassette needs Node ' +
      needed +
      ', this is ' +
      version +
      '; ' +
      (bundled
        ? 'the right one lies beside it, and is taken by:\n\n  npx hassette ' + process.argv.slice(2).join(' ') + '\n'
        : 'let npm bring it along, in a folder of your own:\n\n' +
          '  npm init -y && npm i node@' +
          needed +
          ' ' +
          (spec[0] === '^' ? 'hassette' : spec.replace(/^file:/, '')) +
          '\n' +
          '  npx hassette init home\n'),
  );
  process.exit(1);
}

// What is compiled is kept for the next start.
require('module').enableCompileCache();

// A checkout has the sources, which Node runs as they are; the package has what they are built into.
var sources = path.join(__dirname, 'main.ts');
require(fs.existsSync(sources) ? sources : '../../dist/cli/main.js').main(process.argv.slice(2), {
  installSpec: installSpec,
});
