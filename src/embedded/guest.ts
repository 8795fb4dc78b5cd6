/** What a thread or process of a broker runs: see `startBroker`. The build makes one file of it, which `workplace.js` starts. */
import { nodeEmployer } from '../platform/node/employer'
import { nodeHttp } from '../platform/node/http'
import { nodePlatform } from '../platform/node/platform'
import { serveEngine } from './cluster/serve'

/** Resolves when the first command has been carried out. */
export const ready = serveEngine(nodePlatform(), nodeEmployer(), nodeHttp)
