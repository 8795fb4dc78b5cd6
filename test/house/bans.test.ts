/** What source code may not do, and what it does instead. Each ban is tried on a line that breaks it. */
import ts from 'typescript'
import { type Source, everyNode, placeOf, sourceOf, sourcesIn } from './sources'

interface Ban {
  readonly what: string
  readonly instead: string
  readonly finds: (node: ts.Node) => boolean
  /** Breaks the ban once. */
  readonly canary: string
  /** Besides src/platform. */
  readonly allowedIn?: RegExp
}

const isGlobal = (node: ts.Node, name: string): boolean =>
  ts.isIdentifier(node) &&
  node.text === name &&
  !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) &&
  !ts.isPropertyAssignment(node.parent) &&
  !ts.isPropertySignature(node.parent) &&
  !ts.isMethodSignature(node.parent) &&
  !ts.isMethodDeclaration(node.parent)

const member = (object: string, name: string) => (node: ts.Node) =>
  ts.isPropertyAccessExpression(node) && isGlobal(node.expression, object) && node.name.text === name

const called = (name: string) => (node: ts.Node) => ts.isCallExpression(node) && isGlobal(node.expression, name)

/** A global object by itself: a parameter or variable of the same name is somebody else. */
const globalObject = (name: string) => (node: ts.Node) =>
  ts.isPropertyAccessExpression(node) && isGlobal(node.expression, name) && !isDeclaredIn(node.getSourceFile(), name)

function isDeclaredIn(tree: ts.SourceFile, name: string): boolean {
  let declared = false
  everyNode(tree, node => {
    const names = ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node) ? node.name : null
    if (names && ts.isIdentifier(names) && names.text === name) declared = true
  })
  return declared
}

const bans: readonly Ban[] = [
  {
    what: 'Date.now()',
    instead: 'platform clock.now() for a time of day, clock.monotonic() for a duration',
    finds: member('Date', 'now'),
    canary: 'export const t = Date.now()',
  },
  {
    what: 'new Date()',
    instead: 'platform clock.now()',
    finds: node => ts.isNewExpression(node) && isGlobal(node.expression, 'Date') && (node.arguments ?? []).length === 0,
    canary: 'export const t = new Date()',
  },
  {
    what: 'performance.now()',
    instead: 'platform clock.monotonic()',
    finds: globalObject('performance'),
    canary: 'export const t = performance.now()',
  },
  {
    what: 'Math.random()',
    instead: 'platform random',
    finds: member('Math', 'random'),
    canary: 'export const r = Math.random()',
  },
  ...['setTimeout', 'setInterval', 'setImmediate'].map(name => ({
    what: `${name}()`,
    instead: name === 'setImmediate' ? 'platform timers.endOfTurn()' : 'platform timers.after()',
    finds: called(name),
    canary: `${name}(() => {}, 1)`,
  })),
  {
    what: 'process',
    instead: 'platform/process.ts, handed down by the command line',
    finds: globalObject('process'),
    canary: 'export const home = process.env.HOME',
  },
  {
    what: 'console',
    instead: 'the platform logger, or Process.print in the command line',
    finds: globalObject('console'),
    canary: "console.log('here')",
  },
  {
    what: 'a default export',
    instead: 'a named export',
    finds: node =>
      ts.isExportAssignment(node) ||
      (ts.canHaveModifiers(node) && !!ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)),
    canary: 'export default 1',
  },
  {
    what: 'Promise.race',
    instead: 'a deadline of the platform timers that is cancelled',
    finds: member('Promise', 'race'),
    canary: 'void Promise.race([])',
  },
  {
    what: 'a RegExp that is made of a value',
    instead: 'a literal; for what a client sends platform/client-pattern.ts, which never searches for ever',
    finds: node => (ts.isNewExpression(node) || ts.isCallExpression(node)) && isGlobal(node.expression, 'RegExp'),
    canary: "export const matches = (text: string) => new RegExp(text).test('a')",
  },
]

function offences(ban: Ban, sources: readonly Source[]): string[] {
  const places: string[] = []
  for (const source of sources) {
    if (source.path.startsWith('src/platform/') || ban.allowedIn?.test(source.path)) continue
    everyNode(source.tree, node => {
      if (ban.finds(node)) places.push(`${placeOf(source, node)} uses ${ban.what}; use ${ban.instead}`)
    })
  }
  return places
}

describe.each(bans)('$what', ban => {
  test('is not in src', () => {
    expect(offences(ban, sourcesIn('src'))).toEqual([])
  })

  test('canary: is found where it is', () => {
    expect(offences(ban, [sourceOf('src/broker/canary.ts', ban.canary)])).toHaveLength(1)
    expect(offences(ban, [sourceOf('src/broker/canary.ts', `// ${ban.canary}\nexport const a = 1`)])).toEqual([])
  })
})

test('the parser saw all of src', () => {
  expect(sourcesIn('src').length).toBeGreaterThan(100)
  const broken = sourcesIn('src').filter(
    ({ tree }) => (tree as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length > 0,
  )
  expect(broken.map(({ path }) => path)).toEqual([])
})
