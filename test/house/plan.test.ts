/** The floors of the house, held by dependency-cruiser; and a house built against the plan, which must be found out. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, sourcesIn } from './sources'

interface Cruise {
  readonly summary: {
    readonly totalCruised: number
    readonly violations: readonly {
      readonly from: string
      readonly to: string
      readonly rule: { readonly name: string }
    }[]
  }
}

function cruise(directory: string): Cruise['summary'] {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const args = [tool, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src']
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (stdout === '') throw new Error(`dependency-cruiser said nothing: ${stderr}`)
  return (JSON.parse(stdout) as Cruise).summary
}

test('every room looks down only, and nothing but the platform touches the world', () => {
  const { totalCruised, violations } = cruise(root)
  expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([])
  // With a TypeScript it cannot use, the tool cruises nothing and is content.
  expect(totalCruised).toBeGreaterThanOrEqual(sourcesIn('src').length)
})

test('canary: a house against the plan is found out', () => {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const house = mkdtempSync(join(root, '.cache/house-'))
  try {
    const files = {
      'tsconfig.json': '{ "compilerOptions": { "module": "node16", "moduleResolution": "node16" } }',
      'src/platform/up.ts': "import type { A } from '../broker/a'\nexport type B = A\n",
      'src/broker/a.ts': "import { readFileSync } from 'node:fs'\nexport type A = typeof readFileSync\n",
      'src/call/floor-mate.ts': "import { d } from '../client/d'\nexport const c = () => d\n",
      'src/client/d.ts': "import { c } from './e'\nexport const d = () => c\n",
      'src/embedded/contract/word.ts': "import type { F } from '../faults/f'\nexport type Word = F\n",
      'src/embedded/faults/f.ts': 'export type F = 1\n',
      'src/client/e.ts': "import { d } from './d'\nexport const c = () => d\n",
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(house, path)), { recursive: true })
      writeFileSync(join(house, path), text)
    }
    const rules = new Set(cruise(house).violations.map(({ rule }) => rule.name))
    const broken = [
      'call-looks-down-only',
      'embedded-contract-looks-down-only',
      'no-cycles',
      'only-platform-touches-the-world',
      'platform-looks-down-only',
    ]
    expect([...rules].sort()).toEqual(broken)
  } finally {
    rmSync(house, { recursive: true })
  }
})
