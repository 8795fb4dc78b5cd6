import { type CommandLine, parseUsual } from '../../../src/cli/flags'
import { explain } from '../../../src/cli/program'

const lines: [string, readonly string[], Partial<CommandLine>][] = [
  ['nothing', [], { command: 'dev', flags: {}, json: false, control: false, readyFile: undefined }],
  ['dev', ['dev', '--json'], { command: 'dev', json: true }],
  ['long', ['--port', '1', '--host', 'h', '--data-dir', 'd'], { flags: { port: '1', host: 'h', dataDir: 'd' } }],
  ['short', ['start', '-p0', '-d', './x'], { command: 'start', flags: { port: '0', dataDir: './x' } }],
  ['with =', ['--port=1', '--ready-file=r'], { flags: { port: '1' }, readyFile: 'r' }],
  ['nodes', ['--brokers', '3'], { command: 'dev', brokers: '3' }],
  ['many --set', ['--set', 'a=b', '--set=c=d=e'], { flags: { set: ['a=b', 'c=d=e'] } }],
  [
    'modes',
    ['--profile', 'test', '--flush', 'os', '--config', 'c'],
    { flags: { profile: 'test', flush: 'os', config: 'c' } },
  ],
]

const runs: [readonly string[], Partial<CommandLine>][] = [
  [['run', '--', 'npm', 'test'], { program: ['npm', 'test'] }],
  [['run', 'node', '-e', '1'], { program: ['node', '-e', '1'], flags: { port: '0' } }],
  [['run', '--topic', 'orders', '-p', '7', 'node', '--port', '8'], { topics: ['orders'], flags: { port: '7' } }],
  [['run', '--set=a=b', '-p7', '--control', 'npm', 'test', '--', '-x'], { program: ['npm', 'test', '--', '-x'] }],
  [['failures', '--only', 'commit, produce-lost', '--only=group', 'pytest'], { program: ['pytest'] }],
]

test.each(runs)('%j runs what stands after our flags', (argv, wanted) => {
  expect(parseUsual(argv)).toMatchObject(wanted)
  expect(explain(argv)).toEqual(parseUsual(argv))
})

test('a flag without its value does not take the command for it', () => {
  expect(parseUsual(['run', '--topic', '--', 'npm', 'test'])).toBeNull()
  expect(explain(['run', '--topic', '--', 'npm'])).toMatchObject({ said: expect.stringContaining('argument missing') })
})

test('failures are listed with commas, or one by one', () => {
  const argv = ['failures', '--only', 'commit, produce-lost', '--only=group', '--without', 'a,b', '--', 'pytest']
  expect(parseUsual(argv)!.matrix).toMatchObject({ only: ['commit', 'produce-lost', 'group'], without: ['a', 'b'] })
})

test.each(lines)('%s', (_, argv, wanted) => {
  expect(parseUsual(argv)).toMatchObject(wanted)
  // The library reads it the same way.
  expect(explain(argv)).toEqual(parseUsual(argv))
})

test('a value that looks like a flag is left to the library', () => {
  expect(parseUsual(['-p', '-1'])).toBeNull()
  expect(explain(['-p', '-1'])).toMatchObject({ flags: { port: '-1' } })
})

const mistakes: [readonly string[], string][] = [
  [['--prot', '1'], "odradek: unknown option '--prot'. (Did you mean --port?) (odradek --help)"],
  [['strat'], "odradek: there is no command 'strat'. Did you mean start? (odradek --help)"],
  [['topic', 'list'], "odradek: there is no command 'topic'. (odradek --help)"],
  [['start', '--data-dir'], "odradek: option '-d, --data-dir <DIR>' argument missing (odradek --help)"],
  // A flag of another command is none of this one's.
  [['start', '--list'], "odradek: unknown option '--list'. (Did you mean --host?) (odradek --help)"],
  [['start', '--brokers', '3'], "odradek: unknown option '--brokers' (odradek --help)"],
  [['run', '--json', '--', 'x'], "odradek: unknown option '--json' (odradek --help)"],
  [['failures', '--ready-file', 'x', '--', 'x'], "odradek: unknown option '--ready-file' (odradek --help)"],
  [['start', 'now'], "odradek: too many arguments for 'start'. Expected 0 arguments but got 1. (odradek --help)"],
]

test.each(mistakes)('%s is explained in one line', (argv, said) => {
  expect(parseUsual(argv)).toBeNull()
  expect(explain(argv)).toEqual({ said, exitCode: 2 })
})

test.each([
  [['help'], ['--help']],
  [['help', 'help'], ['--help']],
  ...['dev', 'start', 'run', 'failures', 'doctor', 'log', 'version'].map(name => [
    ['help', name],
    [name, '--help'],
  ]),
  [['version'], ['--version']],
])('%j is %j', (argv, same) => {
  expect(parseUsual(argv)).toBeNull()
  const verdict = explain(argv)
  expect(verdict).toMatchObject({ exitCode: 0, said: expect.stringMatching(/\d|Usage: odradek/) })
  expect(verdict).toEqual(explain(same))
})

test('help of what there is not, and words that are nearly one', () => {
  expect(explain(['help', 'strat'])).toEqual({
    said: "odradek: there is no command 'strat'. Did you mean start? (odradek --help)",
    exitCode: 2,
  })
  expect(explain(['versoin'])).toMatchObject({ said: expect.stringContaining('Did you mean version?'), exitCode: 2 })
})

test('help names every flag, and exits with 0', () => {
  const verdict = explain(['--help'])
  expect(verdict).toMatchObject({ exitCode: 0 })
  for (const flag of [
    '-p, --port',
    '--host',
    '-d, --data-dir',
    '--profile',
    '--config',
    '--set',
    '--flush',
    '--json',
  ]) {
    expect((verdict as { said: string }).said).toContain(flag)
  }
  expect(explain(['--help'])).toMatchObject({ said: expect.stringMatching(/default\s+9092/) })
  for (const runner of ['run', 'failures']) {
    const { said } = explain([runner, '--help']) as { said: string }
    expect(said).toMatch(/port to listen on \(default: a\s+free\s+one\)/)
    expect(said).not.toMatch(/default\s+9092/)
  }
  expect(explain(['start', '--help'])).toMatchObject({ said: expect.stringMatching('Usage: odradek start') })
  expect(explain(['--version'])).toMatchObject({ said: expect.stringMatching(/^\d+\.\d+\.\d+/), exitCode: 0 })
})
