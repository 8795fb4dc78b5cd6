/** `odradek/vitest-setup`: a globalSetup of vitest, which starts one broker for the whole run. */
import { withConfigFile } from './config-file.js'
import type { BrokerOptions } from '../contract/options.js'
import { beginRun } from './test-run.js'

/** The part of a project of vitest that is used here. */
interface Project {
  readonly config: { readonly root?: string; readonly provide?: { readonly odradek?: BrokerOptions } }
  provide(name: 'kafkaBrokers', brokers: string[]): void
}

/** Options are those of `startBroker`, as `provide.odradek` of the config of vitest, and those of `odradek.config`. */
export async function setup(project: Project): Promise<void> {
  const { brokers } = await beginRun(await withConfigFile(project.config.root, project.config.provide?.odradek))
  project.provide('kafkaBrokers', brokers)
}

export { endRun as teardown } from './test-run.js'
