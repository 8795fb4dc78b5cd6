// An environment of jest with as little of Node as that of jsdom: its globals are those of browsers, and the realm has its own Uint8Array.
const { TestEnvironment } = require('jest-environment-node')
const { createContext, runInContext } = require('node:vm')

const gone = ['TextDecoder', 'TextEncoder', 'setImmediate', 'clearImmediate', 'structuredClone', 'fetch', 'BroadcastChannel']

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup()
    for (const name of gone) delete this.global[name]
    this.global.Uint8Array = runInContext('Uint8Array', createContext())
  }
}
