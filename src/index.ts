/** The package as a library: a broker inside of another program, wired as the command line wires it. */
export { nodePlatform } from './platform/node/platform'
export { type ConfigAnswer, type ConfigSources, type NodeConfig, ConfigRefused, readConfig } from './node/config'
export { type Node, startNode } from './node/node'
export { version } from './platform/version'
