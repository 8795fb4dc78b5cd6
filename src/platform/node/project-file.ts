/** A module that somebody keeps in the folder of a project, and that is run when it is read. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Those of the names that are files of the folder; none where there is no such folder. */
export function filesOf(folder: string, names: readonly string[]): string[] {
  let there: readonly string[]
  try {
    there = readdirSync(folder)
  } catch {
    return []
  }
  return names.filter(name => there.includes(name)).map(name => join(folder, name))
}

/** What a module exports by default, of whichever kind it is. Rejects with what it throws, or the error of Node. */
export async function defaultOf(path: string): Promise<unknown> {
  const { default: given } = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
  // One that was compiled to CommonJS has its default within what it exports as a whole.
  const compiled = given as { readonly __esModule?: unknown; readonly default?: unknown } | null | undefined
  return compiled?.__esModule === true ? compiled.default : given
}
