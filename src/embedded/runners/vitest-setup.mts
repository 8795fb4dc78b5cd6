/** `odradek/vitest-setup`: a globalSetup of vitest, which starts one broker for the whole run. */
import { withConfigFile } from './config-file.js'
import type { BrokerOptions } from '../contract/options.js'
import { beginRun } from './test-run.js'

/** The part of a project of vitest that is used here. */
interface Project {
  readonly config: {
    readonly root?: string
    readonly provide?: { readonly odradek?: BrokerOptions }
    /** What the environment of its tests has besides that of this process. */
    env?: { readonly [name: string]: string }
  }
  provide(name: 'kafkaBrokers', brokers: string[]): void
}

/** Options are those of `startBroker`, as `provide.odradek` of the config of vitest, and those of `odradek.config`. */
export async function setup(project: Project): Promise<void> {
  const { config } = project
  const broker = await beginRun(await withConfigFile(config.root, config.provide?.odradek))
  project.provide('kafkaBrokers', broker.brokers)
  // Of several projects each has a broker, and the environment of this process is one. What the config says itself holds.
  config.env = { ...broker.env(), ...config.env }
}

export { endRun as teardown } from './test-run.js'
