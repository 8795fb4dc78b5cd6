/**
 * Runs a script written in TypeScript on any Node: `node scripts/run.js scripts/x.ts ARGS`.
 * It is bundled into `.cache/scripts` first (some 50 ms), where packages still resolve to this checkout.
 */
const { buildSync } = require('esbuild')
const path = require('node:path')

const root = path.dirname(__dirname)
const [file, ...args] = process.argv.slice(2)
if (!file) {
  process.stderr.write('usage: node scripts/run.js FILE.ts [ARGS]\n')
  process.exit(2)
}
const entry = path.resolve(file)
const outfile = path.join(root, '.cache/scripts', `${path.relative(root, entry).replace(/[^A-Za-z0-9]+/g, '-')}-${process.pid}.js`)
buildSync({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  external: ['#crc32c'],
  sourcemap: 'inline',
  logLevel: 'warning',
})
process.on('exit', () => require('node:fs').rmSync(outfile, { force: true }))
process.setSourceMapsEnabled(true)
process.argv = [process.argv[0], entry, ...args]
require(outfile)
