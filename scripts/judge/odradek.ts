/** Our broker as a launcher, from the build in `dist` as users run it. */
import fs from 'node:fs'
import type { Launcher } from './broker'

export interface OdradekOptions {
  readonly profile?: 'dev' | 'test' | 'strict' | 'prod'
  readonly flush?: 'os' | 'group'
  readonly protocol?: 'PLAINTEXT' | 'SASL_PLAINTEXT'
  /** Extra arguments. */
  readonly args?: readonly string[]
}

const entry = 'bin/odradek.js'

/** Says why our broker cannot be started from this checkout, or null when it can. */
export function whyNoOdradek(): string | null {
  if (!fs.existsSync('dist/cli/main.js')) return 'dist/ is missing: run `npm run build` first'
  return null
}

export function odradek(options: OdradekOptions = {}): Launcher {
  return {
    kind: 'odradek',
    startTimeoutMs: 15_000,
    // The port alone does not tell: a start tries its address for a moment before it touches the data directory.
    ready: log => /ready in \d/.test(log),
    command: ({ port, dataDir, settings }) => {
      const args = ['start', '--port', String(port), '--host', '127.0.0.1', '--data-dir', dataDir]
      if (options.protocol !== undefined) args.push('--set', `listeners=${options.protocol}://:0`)
      if (options.profile !== undefined) args.push('--profile', options.profile)
      if (options.flush !== undefined) args.push('--flush', options.flush)
      for (const [key, value] of Object.entries(settings)) args.push('--set', `${key}=${value}`)
      const env = { ...process.env }
      // Node 20 parses the whole bundle at every start where this is set, which would be measured as our start-up.
      delete env['NODE_EXTRA_CA_CERTS']
      return {
        file: process.execPath,
        args: [fs.existsSync(entry) ? entry : 'dist/cli/main.js', ...args, ...(options.args ?? [])],
        env,
      }
    },
  }
}
