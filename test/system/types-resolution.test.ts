/** The types of a packed install are found by every way in which TypeScript looks for them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packedProject, root } from './packed'

const { folder, node, remove } = packedProject()
afterAll(remove)

/** Each name is used wrongly too: of what has no types everything is right, and an error that is expected is then missing. */
const consumer = (imports: readonly string[], names: readonly string[]): string =>
  [
    ...imports,
    ...names.flatMap(name => ['// @ts-expect-error', `export const wrong_${name}: number = ${name}`]),
    `export const broker: Promise<Broker> = startBroker({ topics: ['orders'] })`,
    `export const kafka: Broker = useKafka({ topics: ['orders'] })`,
    '',
  ].join('\n')

const library = [
  `import { startBroker, type Broker } from 'odradek'`,
  `import { useKafka } from 'odradek/jest'`,
  `import { useKafka as ofNode, assertRecord } from 'odradek/node-test'`,
  `import { KafkaContainer } from 'odradek/testcontainers'`,
]
const names = ['startBroker', 'useKafka', 'ofNode', 'assertRecord', 'KafkaContainer', 'setup', 'teardown']
const forVitest = [
  `import { useKafka as ofVitest } from 'odradek/vitest'`,
  `import { setup as vitestSetup } from 'odradek/vitest-setup'`,
]
const namesForVitest = [...names, 'ofVitest', 'vitestSetup']

const required = consumer(
  [...library, `import setup = require('odradek/jest-setup')`, `import teardown = require('odradek/jest-teardown')`],
  names,
)
const imported = consumer(
  [...library, `import setup from 'odradek/jest-setup'`, `import teardown from 'odradek/jest-teardown'`, ...forVitest],
  namesForVitest,
)

/** With whose `expect` a test is written. */
const matchers = (imported: string) => `${imported}import { useKafka } from 'odradek/jest'
const kafka = useKafka()
export const ok: Promise<void> = expect(kafka).toHaveRecord('orders', { key: '1' }, { timeoutMs: 10 })
export const no: Promise<void> = expect(kafka).not.toHaveRecord('orders', record => record.key === '1')
// @ts-expect-error a topic has a name
export const wrong = expect(kafka).toHaveRecord(1, {})
`

const ways = [
  ['node10, CommonJS', 'commonjs', 'node10', 'old.ts', required],
  ['node10, modules', 'esnext', 'node10', 'old-module.ts', imported],
  ['node16, CommonJS', 'node16', 'node16', 'own.cts', required],
  ['node16, modules', 'node16', 'node16', 'own.mts', imported],
  ['nodenext, CommonJS', 'nodenext', 'nodenext', 'next.cts', required],
  ['nodenext, modules', 'nodenext', 'nodenext', 'next.mts', imported],
  ['bundler', 'esnext', 'bundler', 'bundled.ts', imported],
  ['toHaveRecord with the globals of jest', 'node16', 'node16', 'global.cts', matchers('')],
  [
    'toHaveRecord with @jest/globals',
    'node16',
    'node16',
    'named.cts',
    matchers("import { expect } from '@jest/globals'\n"),
  ],
] as const

/** What the compiler says of each, which it reads one after the other: it reads what they share once. */
let said: Promise<string>

beforeAll(() => {
  const projects = ways.map(([, module, moduleResolution, file, text]) => {
    const project = join(folder, file)
    mkdirSync(project, { recursive: true })
    writeFileSync(join(project, file), text)
    const compilerOptions = {
      target: 'es2022',
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      esModuleInterop: true,
      skipLibCheck: true,
      lib: ['es2022', 'esnext.disposable'],
      types: file === 'global.cts' ? ['node', 'jest'] : ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      ...(moduleResolution === 'node10' && { ignoreDeprecations: '6.0' }),
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
    return project
  })
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  said = node(compiler, '--build', '--verbose', ...projects).then(({ stdout }) => stdout)
})

test.each(ways)(
  '%s',
  async (_way, _module, _moduleResolution, file) => {
    const lines = (await said).split('\n').filter(line => line.includes(`${file}/`))
    expect(lines.filter(line => /: error |is up to date/.test(line))).toEqual([])
    // It was looked at.
    expect(lines.filter(line => line.includes('Building project'))).toHaveLength(1)
  },
  120_000,
)
