/**
 * What the containers of Testcontainers can be told and a broker has no use for. Much of it is about how a container is run,
 * and is taken and means nothing; what would change what runs in it is refused.
 */
import { BrokerError } from '../contract/commands'

/** Who counts on what is not there hears of it at once, and not by a test that fails later. */
export function noContainer(method: string, what: string): never {
  throw new BrokerError(`${method} of odradek/testcontainers: there is no container, and so no ${what}.`, null)
}

export abstract class ContainerOptions {
  withName(..._given: readonly unknown[]): this {
    return this
  }

  withLabels(..._given: readonly unknown[]): this {
    return this
  }

  withPlatform(..._given: readonly unknown[]): this {
    return this
  }

  withTmpFs(..._given: readonly unknown[]): this {
    return this
  }

  withUlimits(..._given: readonly unknown[]): this {
    return this
  }

  withSecurityOpt(..._given: readonly unknown[]): this {
    return this
  }

  withAddedCapabilities(..._given: readonly unknown[]): this {
    return this
  }

  withDroppedCapabilities(..._given: readonly unknown[]): this {
    return this
  }

  withNetwork(..._given: readonly unknown[]): this {
    return this
  }

  withNetworkMode(..._given: readonly unknown[]): this {
    return this
  }

  withNetworkAliases(..._given: readonly unknown[]): this {
    return this
  }

  withExtraHosts(..._given: readonly unknown[]): this {
    return this
  }

  withExposedPorts(..._given: readonly unknown[]): this {
    return this
  }

  withHealthCheck(..._given: readonly unknown[]): this {
    return this
  }

  withStartupTimeout(..._given: readonly unknown[]): this {
    return this
  }

  withWaitStrategy(..._given: readonly unknown[]): this {
    return this
  }

  withDefaultLogDriver(..._given: readonly unknown[]): this {
    return this
  }

  withPrivilegedMode(..._given: readonly unknown[]): this {
    return this
  }

  withUser(..._given: readonly unknown[]): this {
    return this
  }

  withReuse(..._given: readonly unknown[]): this {
    return this
  }

  withAutoCleanup(..._given: readonly unknown[]): this {
    return this
  }

  withAutoRemove(..._given: readonly unknown[]): this {
    return this
  }

  withPullPolicy(..._given: readonly unknown[]): this {
    return this
  }

  withIpcMode(..._given: readonly unknown[]): this {
    return this
  }

  withCopyToContainerOptions(..._given: readonly unknown[]): this {
    return this
  }

  withWorkingDir(..._given: readonly unknown[]): this {
    return this
  }

  withResourcesQuota(..._given: readonly unknown[]): this {
    return this
  }

  withSharedMemorySize(..._given: readonly unknown[]): this {
    return this
  }

  withHostname(..._given: readonly unknown[]): this {
    return this
  }

  withCommand(..._given: readonly unknown[]): this {
    return noContainer('withCommand', 'the command of an image')
  }

  withEntrypoint(..._given: readonly unknown[]): this {
    return noContainer('withEntrypoint', 'the entrypoint of an image')
  }

  withBindMounts(..._given: readonly unknown[]): this {
    return noContainer('withBindMounts', 'mounts; startBroker({ storage: { dir } }) keeps its data in a directory')
  }

  withCopyFilesToContainer(..._given: readonly unknown[]): this {
    return noContainer('withCopyFilesToContainer', 'files to read')
  }

  withCopyDirectoriesToContainer(..._given: readonly unknown[]): this {
    return noContainer('withCopyDirectoriesToContainer', 'files to read')
  }

  withCopyContentToContainer(..._given: readonly unknown[]): this {
    return noContainer('withCopyContentToContainer', 'files to read')
  }

  withCopyArchivesToContainer(..._given: readonly unknown[]): this {
    return noContainer('withCopyArchivesToContainer', 'files to read')
  }
}
