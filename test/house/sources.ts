/** The tree as house tests see it: every source file parsed once, and questions about it. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import ts from 'typescript'

export const root = resolve(__dirname, '../..')

export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
}

export function sourceOf(path: string, text: string): Source {
  let tree: ts.SourceFile | null = null
  return {
    path,
    text,
    get tree() {
      return (tree ??= ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true))
    },
  }
}

const found = new Map<string, readonly Source[]>()

/** All TypeScript files under a folder of the repository. */
export function sourcesIn(folder: string): readonly Source[] {
  let sources = found.get(folder)
  if (!sources) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    sources = names
      .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map(name => relative(root, join(root, folder, name)).replaceAll('\\', '/'))
      .sort()
      .map(path => sourceOf(path, readFileSync(join(root, path), 'utf8')))
    found.set(folder, sources)
  }
  return sources
}

/** `path:line`, as an editor opens it. */
export function placeOf({ path, tree }: Source, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`
}

export function everyNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, child => everyNode(child, visit))
}

/** Paths of the files that a file imports from this repository: types too, and what is loaded later. */
export function importsOf({ path, text }: Source, paths: ReadonlySet<string>): string[] {
  const imports: string[] = []
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    if (!fileName.startsWith('.')) continue
    const base = join(path, '..', fileName).replaceAll('\\', '/').replace(/\.js$/, '')
    const target = [`${base}.ts`, `${base}/index.ts`].find(candidate => paths.has(candidate))
    if (target) imports.push(target)
  }
  return imports
}
