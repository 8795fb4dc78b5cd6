/** What may not stand anywhere in the repository, and what must stand in two places alike. */
import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../src/platform/version'
import { root } from './sources'

interface Line {
  readonly path: string
  readonly number: number
  readonly text: string
  readonly before: string
}

const linesOf = (path: string, text: string): Line[] =>
  text.split('\n').map((line, index, all) => ({ path, number: index + 1, text: line, before: all[index - 1] ?? '' }))

/** Files that git knows or will know. */
function listedPaths(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  return listed.split('\0').filter(path => path !== '')
}

/** Their lines, where they are text, without what npm writes. */
function tree(): Line[] {
  const paths = listedPaths().filter(path => path !== 'package-lock.json')
  return paths.flatMap(path => {
    const bytes = readIfThere(join(root, path))
    return bytes === null || bytes.includes(0) ? [] : linesOf(path, bytes.toString('utf8'))
  })
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    // Removed, and git does not know it yet; or a link to a folder.
    return null
  }
}

interface Rule {
  readonly what: string
  readonly breaks: (line: Line) => boolean
  /** Lines that break the rule; put together here, so that this file does not. */
  readonly canaries: readonly string[]
}

const machinePath = /(^|[\s'"`(=:])\/(work|root|home\/\w+|Users\/\w+)\/\w/
const scratchPath = /(^|[\s'"`(=])\/tmp\/(?!kafka-logs\b|testcontainers_start)\w/
const registry = new RegExp(
  `https?://[^\\s"')]*(${['registry\\.', 'mirror', 'artifactory', 'nexus', 'proxy\\.golang', 'repo1?\\.maven', 'pypi\\.'].join('|')})`,
  'i',
)
const isCode = ({ path }: Line): boolean => /\.(ts|js|cjs|mjs)$/.test(path)

const rules: readonly Rule[] = [
  {
    what: 'a path of somebody’s machine',
    breaks: ({ text }) => machinePath.test(text) || scratchPath.test(text),
    canaries: [`see ${'/wo'}${'rk/shared'}`, `cd ${'/ro'}${'ot/x'}`, `open('${'/tm'}${'p/x.log'}')`],
  },
  {
    what: 'the address of a package registry',
    breaks: ({ text }) => registry.test(text),
    canaries: [`curl ${'https'}://registry.example/x`, `${'http'}://my-mirror.example/simple`],
  },
  {
    what: 'a test that is skipped or alone, without a reason (// why) on its line or the one above',
    breaks: ({ path, text, before }) =>
      path.endsWith('.test.ts') &&
      /\b(x(it|describe|test)\(|(it|test|describe)\.(skip|todo|only)\b)/.test(text) &&
      !(/\.skip\b/.test(text) && /\/\/ \w|\/\*\* \w/.test(`${before}\n${text}`)),
    canaries: [`${'test'}.skip('x', () => {})`, `${'describe'}.only('x', () => {}) // focus`, `${'x'}it('x')`],
  },
  {
    what: 'unfinished work',
    breaks: line =>
      isCode(line) && line.path.startsWith('src/') && /\b(TODO|FIXME|XXX|not implemented)\b/i.test(line.text),
    canaries: [`// ${'TO'}${'DO'}: later`, `throw new Error('${'not '}${'implemented'}')`],
  },
]

describe.each(rules)('$what', ({ breaks, canaries }) => {
  test('is nowhere', () => {
    const broken = tree().filter(breaks)
    expect(broken.map(({ path, number, text }) => `${path}:${number}: ${text.trim().slice(0, 120)}`)).toEqual([])
  })

  test.each(canaries)('canary: %s', text => {
    const lines = linesOf('src/canary.test.ts', `const a = 1\n${text}\n`)
    expect(lines.filter(breaks).map(({ number }) => number)).toEqual([2])
  })
})

test('there is no symbolic link: it would name a place that others do not have', () => {
  const isLink = (path: string) => lstatSync(join(root, path), { throwIfNoEntry: false })?.isSymbolicLink()
  expect(listedPaths().filter(isLink)).toEqual([])
})

test('the tree was read', () => {
  const paths = new Set(tree().map(({ path }) => path))
  expect(paths.size).toBeGreaterThan(300)
  expect(paths).toContain('test/house/tree.test.ts')
})

test('the version is the same in package.json and in src', () => {
  const { version: published } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  expect(version).toBe(published)
})
