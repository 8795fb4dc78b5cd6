/** What the preset `odradek/jest` does before and after all tests. The build makes of it the files that jest wants. */
import type { BrokerOptions } from './options'
import { beginRun } from './test-run'

interface Project {
  readonly globals?: { readonly odradek?: BrokerOptions }
}

/** Options are those of `startBroker`, as `globals.odradek` of the config of jest. */
export async function setup(_global: unknown, { globals }: Project = {}): Promise<void> {
  await beginRun(globals?.odradek)
}

export { endRun as teardown } from './test-run'
