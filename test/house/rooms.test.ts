/** Nothing lies about: files that nobody imports, handlers and schemas that no list names. */
import { type Source, importsOf, sourceOf, sourcesIn } from './sources'

/** Where programs and packages begin. */
const doors = [
  'src/index.ts',
  'src/cli/main.ts',
  'src/embedded/workplace.ts',
  'src/embedded/guest.ts',
  'src/embedded/runners/jest.ts',
  'src/embedded/runners/jest-run.ts',
  'src/embedded/runners/node-test.ts',
  'src/embedded/containers/testcontainers.ts',
  // Of `vitest.mts`, which is a module and not looked at here.
  'src/embedded/runners/fixture-layers.ts',
  'src/embedded/runners/worker-brokers.ts',
]

/** Files that no program reaches yet, and why they are here all the same. Tests reach all but the data. */
const ahead: readonly { readonly files: RegExp; readonly why: string; readonly isData?: true }[] = [
  { files: /^src\/platform\/simulated\//, why: 'a world for tests' },
  { files: /^src\/protocol\/walk\.ts$/, why: 'names of namespaces, access control and audit will be found with it' },
  { files: /^src\/protocol\/internal\//, why: 'records of coordinators to come, declared with the rest', isData: true },
]

function unreached(sources: readonly Source[], from: readonly string[]): string[] {
  const byPath = new Map(sources.map(source => [source.path, source]))
  const paths = new Set(byPath.keys())
  const reached = new Set<string>()
  const queue = from.filter(path => paths.has(path))
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue
    reached.add(path)
    queue.push(...importsOf(byPath.get(path)!, paths))
  }
  return [...paths].filter(path => !reached.has(path))
}

test('every file in src is part of the program', () => {
  const lost = unreached(sourcesIn('src'), doors)
  expect(lost.filter(path => !ahead.some(({ files }) => files.test(path)))).toEqual([])
  expect(ahead.filter(({ files }) => !lost.some(path => files.test(path))).map(({ why }) => why)).toEqual([])
})

test('what is there ahead of its programs is tried by tests', () => {
  const tests = sourcesIn('test')
  const all = [...sourcesIn('src'), ...tests]
  const lost = unreached(all, [...doors, ...tests.map(({ path }) => path)])
  const data = ahead.filter(({ isData }) => isData)
  expect(lost.filter(path => !data.some(({ files }) => files.test(path)))).toEqual([])
})

test('canary: a file that nobody imports is found', () => {
  const house = [
    sourceOf('src/index.ts', "export { a } from './a'"),
    sourceOf('src/a.ts', "import type { B } from './b'\nexport const a: B = 1"),
    sourceOf('src/b.ts', 'export type B = number'),
    sourceOf('src/lost.ts', "import { a } from './a'\nexport const lost = a"),
  ]
  expect(unreached(house, doors)).toEqual(['src/lost.ts'])
})

/** What all of a list need, and is none of them. */
const besideLists = new Set(['src/protocol/internal/encoding.ts'])

/** Files of a folder that its list does not import. */
function unlisted(sources: readonly Source[], folder: string): string[] {
  const paths = new Set(sources.map(({ path }) => path).filter(path => path.startsWith(`${folder}/`)))
  const list = sources.find(({ path }) => path === `${folder}/index.ts`)
  const listed = new Set(list ? importsOf(list, paths) : [])
  return [...paths].filter(path => path !== `${folder}/index.ts` && !besideLists.has(path) && !listed.has(path))
}

const lists = ['src/broker/apis', 'src/protocol/messages', 'src/protocol/internal']

test.each(lists)('the list of %s names every file there', folder => {
  expect(sourcesIn('src').some(({ path }) => path === `${folder}/index.ts`)).toBe(true)
  expect(unlisted(sourcesIn('src'), folder)).toEqual([])
})

test('canary: an API that the list misses is found', () => {
  const house = [
    sourceOf('src/broker/apis/index.ts', "import { a } from './a'\nexport const handlers = [a]"),
    sourceOf('src/broker/apis/a.ts', 'export const a = 1'),
    sourceOf('src/broker/apis/b.ts', 'export const b = 1'),
  ]
  expect(unlisted(house, 'src/broker/apis')).toEqual(['src/broker/apis/b.ts'])
})
