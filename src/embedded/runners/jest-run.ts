/** What the preset `odradek/jest` does before and after all tests. The build makes of it the files that jest wants. */
import { withConfigFile } from './config-file'
import type { BrokerOptions } from '../contract/options'
import { beginRun } from './test-run'

interface Project {
  readonly rootDir?: string
  readonly globals?: { readonly odradek?: BrokerOptions }
}

/** Options are those of `startBroker`, as `globals.odradek` of the config of jest, and those of `odradek.config`. */
export async function setup(_global: unknown, { rootDir, globals }: Project = {}): Promise<void> {
  await beginRun(await withConfigFile(rootDir, globals?.odradek))
}

export { endRun as teardown } from './test-run'
