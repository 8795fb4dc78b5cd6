/** Finds a place for a broker to run in. Only what is needed there is loaded: a test file loads this for each of its own. */
import { nodeClock } from '../platform/node/clock'
import { holdProcess } from '../platform/node/hold'
import { guestNetwork } from '../platform/node/network'
import { nodeWorkers } from '../platform/node/workers'
import type { Engine, EngineEvents } from './contract/commands'
import type { Isolation } from './contract/options'
import { RemoteEngine } from './remote'

const program = `${__dirname}/workplace.js`

export function openEngine(isolation: Isolation, events: EngineEvents): Engine {
  if (isolation !== 'inline') return new RemoteEngine(nodeWorkers, program, isolation, events)
  const { LocalEngine } = require('./cluster/engine') as typeof import('./cluster/engine')
  const { nodePlatform } = require('../platform/node/platform') as typeof import('../platform/node/platform')
  const { nodeHttp } = require('../platform/node/http') as typeof import('../platform/node/http')
  // The clock was taken when this file was loaded, so a test may have put its own in place of it since.
  return held(new LocalEngine({ ...nodePlatform(), clock: nodeClock, network: guestNetwork }, events, nodeHttp))
}

/** Nothing of a guest keeps the process alive, so whoever waits for it must. */
function held(engine: Engine): Engine {
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    const release = holdProcess()
    try {
      return await work()
    } finally {
      release()
    }
  }
  return {
    ask: (cluster, command, argument) => during(() => engine.ask(cluster, command, argument)),
    close: () => during(() => engine.close()),
  }
}
