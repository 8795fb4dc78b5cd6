/** `npm run docs`: writes the pages that are made from the source. A house test says when they are stale. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { pages } from './docs/pages'

for (const [path, text] of Object.entries(pages)) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text())
  process.stdout.write(`${path}\n`)
}
