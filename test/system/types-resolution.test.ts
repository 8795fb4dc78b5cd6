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

const ways = [
  ['node10, CommonJS', 'commonjs', 'node10', 'old.ts', required],
  ['node10, modules', 'esnext', 'node10', 'old-module.ts', imported],
  ['node16, CommonJS', 'node16', 'node16', 'own.cts', required],
  ['node16, modules', 'node16', 'node16', 'own.mts', imported],
  ['nodenext, CommonJS', 'nodenext', 'nodenext', 'next.cts', required],
  ['nodenext, modules', 'nodenext', 'nodenext', 'next.mts', imported],
  ['bundler', 'esnext', 'bundler', 'bundled.ts', imported],
] as const

test.each(ways)(
  '%s',
  async (_way, module, moduleResolution, file, text) => {
    const project = join(folder, moduleResolution)
    mkdirSync(project, { recursive: true })
    writeFileSync(join(project, file), text)
    const config = `tsconfig.${file}.json`
    const compilerOptions = {
      target: 'es2022',
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      esModuleInterop: true,
      skipLibCheck: true,
      lib: ['es2022', 'esnext.disposable'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      ...(moduleResolution === 'node10' && { ignoreDeprecations: '6.0' }),
    }
    writeFileSync(join(project, config), JSON.stringify({ compilerOptions, files: [file] }))
    const { code, stdout } = await node(join(root, 'node_modules/typescript/bin/tsc'), '-p', join(project, config))
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  },
  120_000,
)
