/**
 * Runs a program of one file with what V8 compiled of it before, if that was for this Node: compiling takes a third of the
 * time to start. The build compiles for its own Node; in a package that was installed, the first start does, and keeps it
 * beside the program, where only those can write who could change the program itself. Where V8 does not accept what is
 * there, as with other flags, it compiles again.
 */
import { accessSync, constants, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import nodeModule from 'node:module'
import { dirname } from 'node:path'
import { Script } from 'node:vm'
import { threadId } from 'node:worker_threads'

type Program = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: Exports },
  filename: string,
  dirname: string,
) => void

interface Exports {
  /** Resolves when it has started: what is compiled by then is what a start needs. */
  readonly ready?: Promise<unknown>
}

/**
 * What the build puts around a program, so that it can be required, and is a function for who runs it as a script. Doing
 * that here would copy a megabyte at every start.
 */
export const aroundProgram = {
  banner:
    '(program => typeof arguments === "object" ? program(exports, require, module, __filename, __dirname) : program)' +
    '(function (exports, require, module, __filename, __dirname) {',
  footer: '})',
}

/** Where compiled code of a program is kept: each Node has its own. */
export const compiledPathOf = (program: string): string =>
  program.replace(/\.js$/, `-${process.version}-${process.arch}.code`)

/** `program` is the absolute path of a bundle in ASCII, which is read faster as what it is. */
export function runCompiled(program: string): void {
  if (isFresh(program)) {
    runScript(program, scriptOf(program, readFileSync(compiledPathOf(program))))
    return
  }
  if (!isWritable(dirname(program))) {
    // From Node 22.8 on it keeps compiled code of its own in a folder of the user's.
    ;(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.()
    require(program)
    return
  }
  const script = scriptOf(program)
  const { ready } = runScript(program, script)
  void ready?.then(() => setImmediate(keep, program, script).unref())
}

export function scriptOf(program: string, cachedData?: Buffer): Script {
  return new Script(readFileSync(program, 'latin1'), { filename: program, ...(cachedData && { cachedData }) })
}

export function runScript(program: string, script: Script): Exports {
  const module: { exports: Exports } = { exports: {} }
  const run = script.runInThisContext() as Program
  run(module.exports, nodeModule.createRequire(program), module, program, dirname(program))
  return module.exports
}

/** Whole or not at all, though others do the same. Who cannot keep it compiles at each start. */
function keep(program: string, script: Script): void {
  const path = compiledPathOf(program)
  const unfinished = `${path}-${process.pid}-${threadId}`
  try {
    writeFileSync(unfinished, script.createCachedData())
    renameSync(unfinished, path)
  } catch {
    // As on a disk that is full, or in a package that is being removed.
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** V8 itself looks at no more than the length of the source. */
function isFresh(program: string): boolean {
  const made = statSync(compiledPathOf(program), { throwIfNoEntry: false })
  return made !== undefined && made.mtimeMs >= statSync(program).mtimeMs
}
