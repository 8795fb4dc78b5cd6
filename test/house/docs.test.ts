/** Pages that are made from the source say what the source says. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pages } from '../../scripts/docs/pages'
import { root, sourcesIn } from './sources'

/** The first line in which what is written differs from what would be written now; null when none does. */
function staleAt(written: string, now: string): string | null {
  const [old, fresh] = [written.split('\n'), now.split('\n')]
  const at = fresh.findIndex((line, index) => line !== old[index])
  if (at < 0 && old.length === fresh.length) return null
  return `line ${at < 0 ? fresh.length + 1 : at + 1}: run npm run docs`
}

test.each(Object.entries(pages))('%s is fresh', (path, page) => {
  expect(staleAt(readFileSync(join(root, path), 'utf8'), page())).toBeNull()
})

test('canary: a stale page is found', () => {
  expect(staleAt('a\nb\n', 'a\nb\n')).toBeNull()
  expect(staleAt('a\nb\n', 'a\nc\n')).toBe('line 2: run npm run docs')
  expect(staleAt('a\nb\n', 'a\n')).toBe('line 2: run npm run docs')
  expect(staleAt('a\n', 'a\nb\n')).toBe('line 2: run npm run docs')
})

test('pages have content', () => {
  expect(pages['docs/generated/apis.md']!()).toMatch(/\| 0 \| Produce \|/)
  expect(pages['docs/generated/configs.md']!().split('\n').length).toBeGreaterThan(300)
  expect(pages['docs/generated/errors.md']!()).toMatch(/\| -1 \| UNKNOWN_SERVER_ERROR \|/)
})

test('pages that messages name are there, and in the package', () => {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] }
  const named = sourcesIn('src').flatMap(({ text }) => text.match(/\bdocs\/[a-z/-]+\.md/g) ?? [])
  expect(named).toContain('docs/generated/configs.md')
  for (const page of named) expect(existsSync(join(root, page))).toBe(true)
  expect(files).toContain('docs')
})
