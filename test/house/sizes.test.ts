/** How long a file and a function may be. Tables of data may be longer, and are named here. */
import ts from 'typescript'
import { type Source, everyNode, placeOf, sourceOf, sourcesIn } from './sources'

const fileLinesMax = 400
const functionLinesMax = 60

const tables = /^src\/protocol\/(messages|internal|embedded)\/.*\.ts$/

const linesOf = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

const longFiles = (sources: readonly Source[]): string[] =>
  sources
    .filter(({ path, text }) => !tables.test(path) && linesOf(text) > fileLinesMax)
    .map(({ path, text }) => `${path} has ${linesOf(text)} lines`)

function longFunctions(sources: readonly Source[]): string[] {
  const long: string[] = []
  for (const source of sources) {
    everyNode(source.tree, node => {
      if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return
      const lines = linesOf(source.text.slice(node.getStart(source.tree), node.getEnd()))
      if (lines > functionLinesMax) long.push(`${placeOf(source, node)} is a function of ${lines} lines`)
    })
  }
  return long
}

test(`no file of more than ${fileLinesMax} lines`, () => {
  expect(longFiles([...sourcesIn('src'), ...sourcesIn('scripts')])).toEqual([])
})

test(`no function of more than ${functionLinesMax} lines`, () => {
  expect(longFunctions([...sourcesIn('src'), ...sourcesIn('scripts')])).toEqual([])
})

test('canary: what is too long is found', () => {
  const body = (lines: number) => `export function f() {\n${'  void 0\n'.repeat(lines - 2)}}\n`
  const long = [sourceOf('src/a.ts', body(401)), sourceOf('src/b.ts', body(61)), sourceOf('src/c.ts', body(60))]
  expect(longFiles(long)).toEqual(['src/a.ts has 401 lines'])
  expect(longFunctions(long)).toEqual(['src/a.ts:1 is a function of 401 lines', 'src/b.ts:1 is a function of 61 lines'])
})
