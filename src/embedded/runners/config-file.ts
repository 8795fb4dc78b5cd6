/** `odradek.config.mjs` and its like: options for the broker of a whole run of tests, beside the config of the runner. */
import { defaultOf, filesOf } from '../../platform/node/project-file'
import { isObject } from '../contract/kinds'
import { type BrokerOptions, checkOptions } from '../contract/options'

const names = ['ts', 'mts', 'js', 'mjs', 'cjs'].map(ending => `odradek.config.${ending}`)

/** Gives back what it is given, for editors to know what may be there. Throws TypeError for options that nobody knows. */
export function defineConfig(options: BrokerOptions): BrokerOptions {
  checkOptions(options)
  return options
}

/**
 * The options of the file in this folder, and nothing above it; those that are given here win. Only a runner that was told to
 * start a broker for its run reads it, since reading it is running it. Rejects with Error when it cannot be read.
 */
export async function withConfigFile(folder: string | undefined, given: BrokerOptions = {}): Promise<BrokerOptions> {
  const [path, other] = folder === undefined ? [] : filesOf(folder, names)
  if (path === undefined) return given
  if (other !== undefined) throw new Error(`${path} and ${other} are both there: keep one of them.`)
  const options = await defaultOf(path).catch((error: unknown) => {
    throw new Error(`${path} cannot be read: ${reasonOf(error)}`, { cause: error })
  })
  if (!isObject(options)) {
    throw new Error(`${path} exports no options by default: export default defineConfig({ topics: ['orders'] })`)
  }
  try {
    return { ...defineConfig(options), ...given }
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return 'this Node does not run TypeScript, which 22.18 and newer do. Name it odradek.config.mjs and leave types out.'
  }
  return message === undefined ? String(error) : String(message)
}
