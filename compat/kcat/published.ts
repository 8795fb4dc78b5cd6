/**
 * The published tests of librdkafka, on which kcat and the Python, .NET, Go and JavaScript clients of Confluent stand, against a broker:
 * `node scripts/run.js compat/kcat/published.ts [--against kafka] [--tests 0081,0105]`. Its sources come with a package of npm and are
 * built here. Takes a quarter of an hour, and a C++ compiler.
 */
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { fetchKafka, toolCommand } from '../../scripts/judge/kafka'
import { mustRun, run, temporaryDir } from '../../scripts/judge/process'
import { ended, published } from '../shared/published'

const { values: options } = parseArgs({ options: { against: { type: 'string' }, tests: { type: 'string' } } })

const source = '@confluentinc/kafka-javascript@1.10.1'
/** Each with what it takes that is not there: a build with TLS, an OIDC service, share groups, or three brokers. */
const leftOut = [
  '0064,0097,0124,0126,0128,0133,0134,0135,0142,0103,0190',
  ...Array.from({ length: 32 }, (_, index) => String(155 + index).padStart(4, '0')),
]

/** The table of results is coloured. */
const colours = new RegExp(`${String.fromCharCode(27)}(\\[[0-9;]*m|\\(B)`, 'g')

/** Kafka's scripts, as the tests call them. */
function scripts(): string {
  const home = temporaryDir('kafka-home-')
  fs.mkdirSync(path.join(home, 'bin'))
  for (const tool of ['kafka-topics', 'kafka-acls', 'kafka-configs']) {
    const args = toolCommand(tool, []).map(arg => `'${arg}'`)
    fs.writeFileSync(path.join(home, `bin/${tool}.sh`), `#!/bin/sh\nexec java ${args.join(' ')} "$@"\n`, {
      mode: 0o755,
    })
  }
  return home
}

/** The folder of tests. They are built once, which takes minutes, and kept. */
async function built(): Promise<string> {
  const work = path.resolve('.cache/published', source.replaceAll('/', '-'))
  const cwd = path.join(work, 'package/deps/librdkafka')
  const tests = path.join(cwd, 'tests')
  if (fs.existsSync(path.join(tests, 'test-runner'))) return tests
  fs.rmSync(work, { recursive: true, force: true })
  fs.mkdirSync(work, { recursive: true })
  await mustRun('npm', ['pack', '--silent', source], { cwd: work, timeoutMs: 120_000 })
  const [archive] = fs.readdirSync(work)
  await mustRun('tar', ['xzf', archive!], { cwd: work })
  const timeoutMs = 900_000
  await mustRun('./configure', ['--disable-ssl', '--disable-gssapi', '--disable-curl'], { cwd, timeoutMs })
  await mustRun('make', ['-j2', 'libs'], { cwd, timeoutMs })
  await mustRun('make', ['-C', 'tests', '-j2', 'build'], { cwd, timeoutMs })
  return tests
}

published({
  programs: ['make', 'g++', 'java'],
  broker: {
    settings: {
      'auto.create.topics.enable': 'true',
      'num.partitions': '4',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': 'true',
    },
  },
  async run({ address }) {
    await fetchKafka()
    const cwd = await built()
    fs.writeFileSync(path.join(cwd, 'test.conf'), `bootstrap.servers=${address}\ntest.topic.random=true\n`)
    const env = {
      ...process.env,
      LD_LIBRARY_PATH: '../src:../src-cpp',
      TEST_KAFKA_VERSION: '4.0.0',
      TESTS_SKIP: leftOut.join(','),
      KAFKA_PATH: scripts(),
      BROKERS: address,
      ...(options.tests === undefined ? {} : { TESTS: options.tests }),
    }
    const { stdout, stderr } = await run('./test-runner', ['-p3'], { cwd, env, timeoutMs: 2_400_000 })
    const table = `${stdout}\n${stderr}`.replaceAll(colours, '').split('\n')
    const rows = table.filter(line => /^\| *\d{4}_/.test(line))
    const of = (word: string) => rows.filter(row => row.split('|')[2]?.trim() === word)
    // Without a table it has ended before its time: what it said last tells why.
    if (rows.length === 0) return { passed: 0, failed: 1, report: table.slice(-40).join('\n') }
    return { passed: of('PASSED').length, failed: of('FAILED').length, report: of('FAILED').join('\n') }
  },
}).catch(ended)
