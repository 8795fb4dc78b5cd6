/** Console tools that share one Java: what each prints is the same, and most of the time that one takes is to start. */
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { type ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { besideTools, toolClass, toolsClassPath } from '../judge/kafka'
import { type Finished, endGroup, launch, mustRun, temporaryDir } from '../judge/process'

const source = 'scripts/tools/Tools.java'
/** A word between blanks that stands for an empty text. */
const nothing = '='

const encoded = (text: string): string => (text === '' ? nothing : Buffer.from(text).toString('base64'))
const decoded = (word: string): string => (word === nothing ? '' : Buffer.from(word, 'base64').toString())

/** Compiles what runs the tools; gives the directory that it is in. */
export async function compiledTools(): Promise<string> {
  const classes = temporaryDir('tools-classes-')
  await mustRun('javac', ['-d', classes, '-cp', toolsClassPath, source], { timeoutMs: 120_000 })
  // What a tool logs is heard as when it is alone, which needs a logger that asks where errors go each time.
  const logger = ['appender.a.type=Console', 'appender.a.name=stderr', 'appender.a.target=SYSTEM_ERR']
  const lines = [
    'rootLogger.level=error',
    'rootLogger.appenderRef.a.ref=stderr',
    ...logger,
    'appender.a.follow=true',
    'appender.a.layout.type=PatternLayout',
    'appender.a.layout.pattern=[%d] %p %m (%c)%n',
  ]
  fs.writeFileSync(path.join(classes, 'one-java.properties'), `${lines.join('\n')}\n`)
  return classes
}

export class OneJava {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: Interface
  readonly #ended: Promise<null>

  constructor(classes: string) {
    const logger = `-Dlog4j2.configurationFile=${path.join(classes, 'one-java.properties')}`
    this.#child = launch('java', ['-Xmx512m', logger, ...besideTools(classes, 'Tools')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }) as ChildProcessByStdio<Writable, Readable, null>
    this.#child.stdin.on('error', () => {})
    this.#answers = createInterface(this.#child.stdout)
    this.#ended = once(this.#child, 'exit').then(() => null)
  }

  /** Runs one after what ran before. Rejects, and ends this Java, when it takes longer than `timeoutMs`. */
  async run(tool: string, args: readonly string[], timeoutMs = 60_000): Promise<Finished> {
    const signal = AbortSignal.timeout(timeoutMs)
    const answered = once(this.#answers, 'line', { signal }).catch(() => null)
    this.#child.stdin.write(`${[toolClass(tool), ...args].map(encoded).join(' ')}\n`)
    const answer = await Promise.race([answered, this.#ended])
    if (answer === null) {
      this.end()
      throw new Error(`${tool} ${args.join(' ')} had no end after ${timeoutMs} ms, or Java ended`)
    }
    const [code, stdout, stderr] = String(answer[0]).split(' ')
    return { code: Number(code), stdout: decoded(stdout!), stderr: decoded(stderr!) }
  }

  end(): void {
    endGroup(this.#child, 'SIGKILL')
  }
}
